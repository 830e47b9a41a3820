import type { TableField, TableSchema } from '../../table-schema.ts';
import { compileExpression, compileTexts, fixedRanges } from '../kernel/automaton.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { booleanValues, formatOf, isPlainNumber } from './formats.ts';

/*
 * What the kernel is told of a column, so that it clears the cells that are surely fine. It may know less than the rules
 * do (then more cells are judged by them), never more.
 */

/* Flags and layout: see kernel/assembly/cells.ts. */
const flags = {
  host: 1,
  empty: 2,
  number: 4,
  whole: 8,
  date: 16,
  automaton: 32,
  length: 64,
  formula: 128,
  set: 256,
  key: 512,
  ranges: 1024,
  moment: 2048,
} as const;
export const columnBytes = 64;

interface ColumnOptions {
  readonly missingValues: TableSchema['missingValues'];
  readonly isRequired: boolean;
  /** Alone or with others it must be unique. */
  readonly isKeyPart: boolean;
  /** Every cell is wanted outside: for a sum, a reference that is too large, a feed's own rule. */
  readonly isWatched: boolean;
  readonly checksFormulas: boolean;
  /** Bounds besides those of the schema: the days of the period, `yyyy-mm-dd`. */
  readonly days: { readonly from: string; readonly to: string } | undefined;
}

/** Describes a column to the kernel, at `address`. */
export const describeColumn = (kernel: Kernel, address: number, field: TableField, options: ColumnOptions): void => {
  const { constraints = {} } = field;
  const looks = looksOf(kernel, field);
  const word = address >> 2;
  kernel.words[word] = flagsOf(field, looks, options);
  for (const [index, automaton] of (looks?.automata ?? []).entries()) {
    kernel.words[word + 1 + index] = automaton;
  }
  kernel.words[word + 3] = constraints.minLength ?? 0;
  kernel.words[word + 4] = constraints.maxLength ?? 0xffff_ffff;
  kernel.words[word + 5] = isPlainDate(field) ? dateNumber(latest(constraints.minimum, options.days?.from), 0) : 0;
  kernel.words[word + 6] = isPlainDate(field)
    ? dateNumber(earliest(constraints.maximum, options.days?.to), 9999_12_31)
    : 0;
  kernel.words[word + 7] = looks?.set ?? 0;
  kernel.words[word + 12] = looks?.ranges ?? 0;
  const isPlain = isPlainNumber(field);
  kernel.floats[(address >> 3) + 4] = isPlain ? Number(constraints.minimum ?? Number.NEGATIVE_INFINITY) : 0;
  kernel.floats[(address >> 3) + 5] = isPlain ? Number(constraints.maximum ?? Number.POSITIVE_INFINITY) : 0;
};

const isPlainDate = ({ type, format = 'default' }: TableField): boolean => type === 'date' && format === 'default';

/** Nothing else is asked of it: then a moment in its usual form is cleared without further ado. */
const isPlainMoment = ({
  type,
  format = 'default',
  constraints: { required: _, ...others } = {},
}: TableField): boolean => type === 'datetime' && format === 'default' && Object.keys(others).length === 0;

/** @param looks undefined when looks cannot tell what is fine */
const flagsOf = (field: TableField, looks: Looks | undefined, options: ColumnOptions): number => {
  const { missingValues, isRequired, isKeyPart, isWatched, checksFormulas, days } = options;
  const { constraints = {}, type } = field;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength } = constraints;
  const isOrdered = isPlainNumber(field) || isPlainDate(field);
  const isBounded = minimum !== undefined || maximum !== undefined;
  const asked =
    (isPlainNumber(field) ? (type === 'integer' ? flags.whole : flags.number) : 0) |
    (isPlainDate(field) ? flags.date : 0) |
    (looks?.set === undefined ? 0 : flags.set) |
    (looks?.ranges === undefined ? 0 : flags.ranges) |
    (isPlainMoment(field) ? flags.moment : 0) |
    (looks && looks.automata.length > 0 ? flags.automaton : 0) |
    (minLength !== undefined || maxLength !== undefined ? flags.length : 0) |
    (checksFormulas && (type === 'string' || type === 'any') ? flags.formula : 0);
  // What the kernel cannot judge by itself: another order than that of numbers and days, bounds that are no part of what
  // they bound, texts that mean "missing" where something must be there.
  const isForHost =
    isWatched ||
    looks === undefined ||
    (isBounded && !isOrdered) ||
    exclusiveMinimum !== undefined ||
    exclusiveMaximum !== undefined ||
    (days !== undefined && !isPlainDate(field)) ||
    (isRequired && missingValues.some((one) => one !== ''));
  const mayBeEmpty = missingValues.includes('') && !isRequired;
  const all = asked | (isForHost ? flags.host : 0);
  const key = isKeyPart ? flags.key : 0;
  if (mayBeEmpty) return all === 0 ? key : all | flags.empty | key;
  // A cell that must not be empty is at least looked at: any length will do.
  return (all === 0 ? flags.length : all) | key;
};

/** What surely is a value, by its looks: it must be in the set, and all automata must take it. */
interface Looks {
  readonly set: number | undefined;
  readonly ranges: number | undefined;
  readonly automata: readonly number[];
}

/** Undefined when looks cannot tell, or there are more conditions than the kernel asks. */
const looksOf = (kernel: Kernel, field: TableField): Looks | undefined => {
  const { constraints = {}, type } = field;
  const values = type === 'boolean' ? booleanValues(field) : constraints.enum?.map(String);
  const set = values && kernel.placeSet(values);
  const { surely } = formatOf(field);
  const isKnownByItself = isPlainNumber(field) || isPlainDate(field) || type === 'boolean' || surely === '';
  const wanted = [
    ...(isKnownByItself ? [] : [compileExpression(surely ?? '[')]),
    ...(values && set === undefined ? [compileTexts(values)] : []),
    ...(constraints.pattern === undefined ? [] : [compileExpression(constraints.pattern)]),
  ];
  const compiled = wanted.filter((one) => one !== undefined);
  if (compiled.length < wanted.length || compiled.length > 2 || (type === 'boolean' && constraints.enum))
    return undefined;
  const fixed = compiled.map(fixedRanges);
  const ranges = fixed.find((one) => one !== undefined);
  const others = compiled.filter((_, index) => fixed[index] === undefined || fixed[index] !== ranges);
  return { set, ranges: ranges && kernel.placeRanges(ranges), automata: others.map((one) => kernel.place(one)) };
};

const dateNumber = (date: string | undefined, otherwise: number): number =>
  date === undefined ? otherwise : Number(date.replaceAll('-', ''));

type Bound = string | number | undefined;
const latest = (...bounds: readonly Bound[]): string | undefined => inOrder(bounds).at(-1);
const earliest = (...bounds: readonly Bound[]): string | undefined => inOrder(bounds).at(0);
const inOrder = (bounds: readonly Bound[]): string[] =>
  bounds
    .filter((one) => one !== undefined)
    .map(String)
    .sort();
