import type { TableField, TableSchema } from '../../table-schema.ts';
import { type Automaton, compileExpression, compileTexts } from '../kernel/automaton.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { booleanValues, formatOf, isPlainNumber } from './formats.ts';

/*
 * What the kernel is told of a column, so that it clears the cells that are surely fine. It may know less than the rules
 * do (then more cells are judged by them), never more.
 */

/* Flags and layout: see kernel/assembly/cells.ts. */
const flags = { host: 1, empty: 2, number: 4, whole: 8, date: 16, automaton: 32, length: 64, formula: 128 } as const;
export const columnBytes = 64;

interface ColumnOptions {
  readonly missingValues: TableSchema['missingValues'];
  readonly isKey: boolean;
  /** Every cell is wanted outside: for a sum, a reference that is too large, a feed's own rule. */
  readonly isWatched: boolean;
  readonly checksFormulas: boolean;
  /** Bounds besides those of the schema: the days of the period, `yyyy-mm-dd`. */
  readonly days: { readonly from: string; readonly to: string } | undefined;
}

/** Describes a column to the kernel, at `address`. */
export const describeColumn = (kernel: Kernel, address: number, field: TableField, options: ColumnOptions): void => {
  const { missingValues, isKey, isWatched, checksFormulas, days } = options;
  const { constraints = {}, type } = field;
  const isDate = type === 'date' && (field.format ?? 'default') === 'default';
  const automata = automataOf(field);
  const isPlain = isPlainNumber(field);
  const isBounded = [constraints.minimum, constraints.maximum].some((one) => one !== undefined);
  const isExclusive = constraints.exclusiveMinimum !== undefined || constraints.exclusiveMaximum !== undefined;
  const hasLength = constraints.minLength !== undefined || constraints.maxLength !== undefined;
  // An order that the kernel does not know, or looks that tell nothing: every cell is judged by the rules.
  const isUnknown =
    automata === undefined || isExclusive || (isBounded && !isPlain && !isDate) || (days !== undefined && !isDate);
  const isFree = missingValues.includes('') && !isKey && constraints.required !== true;
  const all =
    (isWatched || isUnknown ? flags.host : 0) |
    (isPlain ? (type === 'integer' ? flags.whole : flags.number) : 0) |
    (isDate ? flags.date : 0) |
    (automata && automata.length > 0 ? flags.automaton : 0) |
    (hasLength ? flags.length : 0) |
    (checksFormulas && (type === 'string' || type === 'any') ? flags.formula : 0);
  // A value that means "missing" must not be taken for a value, where something is asked of values.
  const isTold = missingValues.some((one) => one !== '') && (isKey || constraints.required === true);
  const told = isTold ? all | flags.host : all;
  const missing = isFree ? flags.empty : 0;
  const asksAnything = told !== 0 || !isFree;
  // A column that takes everything but nothing: its emptiness is all that is looked at.
  const nonEmpty = asksAnything && told === 0 ? flags.length : 0;
  const words = kernel.words;
  const word = address >> 2;
  words[word] = asksAnything ? told | nonEmpty | missing : 0;
  const [first, second] = automata ?? [];
  const placed = [first, second].map((one) => (one ? kernel.place(one) : 0));
  kernel.words.set(placed, word + 1);
  kernel.words[word + 3] = constraints.minLength ?? 0;
  kernel.words[word + 4] = constraints.maxLength ?? 0xffff_ffff;
  kernel.words[word + 5] = isDate ? dateNumber(latest(constraints.minimum, days?.from), 0) : 0;
  kernel.words[word + 6] = isDate ? dateNumber(earliest(constraints.maximum, days?.to), 9999_12_31) : 0;
  kernel.floats[(address >> 3) + 4] = isPlain ? Number(constraints.minimum ?? Number.NEGATIVE_INFINITY) : 0;
  kernel.floats[(address >> 3) + 5] = isPlain ? Number(constraints.maximum ?? Number.POSITIVE_INFINITY) : 0;
};

/** All of them must take a cell; undefined when looks cannot tell, or there are more than the kernel asks. */
const automataOf = (field: TableField): readonly Automaton[] | undefined => {
  const { constraints = {}, type } = field;
  const values = constraints.enum?.map(String);
  const isKnownByItself = isPlainNumber(field) || (type === 'date' && (field.format ?? 'default') === 'default');
  const { surely } = formatOf(field);
  const isAnything = surely === '';
  const wanted = [
    ...(isAnything || isKnownByItself
      ? []
      : [type === 'boolean' ? compileTexts(booleanValues(field)) : compileExpression(surely ?? '[')]),
    ...(values ? [compileTexts(values)] : []),
    ...(constraints.pattern === undefined ? [] : [compileExpression(constraints.pattern)]),
  ];
  const compiled = wanted.filter((one) => one !== undefined);
  return compiled.length === wanted.length && compiled.length <= 2 ? compiled : undefined;
};

const dateNumber = (date: string | number | undefined, otherwise: number): number =>
  date === undefined ? otherwise : Number(String(date).replaceAll('-', ''));

const latest = (a: string | number | undefined, b: string | undefined): string | undefined =>
  [a, b]
    .filter((one) => one !== undefined)
    .map(String)
    .sort()
    .at(-1);
const earliest = (a: string | number | undefined, b: string | undefined): string | undefined =>
  [a, b]
    .filter((one) => one !== undefined)
    .map(String)
    .sort()
    .at(0);
