import type { TableField, TableSchema } from '../../table-schema.ts';
import type { MessageId, Params } from '../catalog.ts';
import { listed } from '../constraints.ts';
import { booleanValues, type Format, formatOf } from './formats.ts';

/** What is wrong with a cell. */
export interface CellProblem {
  readonly id: MessageId;
  readonly params: Params;
}

/** Judges one cell by the full rules; undefined when it is fine. */
export type CellCheck = (value: string) => CellProblem | undefined;

/** Compiles the rules of one field. Missing values are compared before types, as Table Schema says. */
export const compileCell = (
  field: TableField,
  missingValues: TableSchema['missingValues'],
  isKey = false,
): CellCheck => {
  const missing = new Set(missingValues);
  const format = formatOf(field);
  const checks = constraintChecks(field, format);
  const isRequired = isKey || field.constraints?.required === true;
  return (value) => {
    if (missing.has(value)) return isRequired ? { id: 'cell.required', params: {} } : undefined;
    if (!format.test(value)) return typeProblem(field, format, value);
    return checks.find(({ test }) => !test(value))?.problem;
  };
};

interface ConstraintCheck {
  readonly test: (value: string) => boolean;
  readonly problem: CellProblem;
}

const constraintChecks = ({ type, constraints: rules = {} }: TableField, format: Format): ConstraintCheck[] => {
  const { order } = format;
  const checks: ConstraintCheck[] = [];
  const add = (test: ConstraintCheck['test'], id: MessageId, params: Params) =>
    checks.push({ test, problem: { id, params } });
  const { minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum, pattern } = rules;
  if (minLength !== undefined)
    add((value) => [...value].length >= minLength, 'cell.constraint#minLength', { bound: minLength });
  if (maxLength !== undefined)
    add((value) => [...value].length <= maxLength, 'cell.constraint#maxLength', { bound: maxLength });
  const bounded = (bound: string | number | undefined, id: MessageId, holds: (difference: number) => boolean): void => {
    if (bound === undefined || !order) return;
    const at = boundOf(type, format, bound);
    add((value) => holds(difference(order(value), at)), id, { bound: String(bound) });
  };
  bounded(minimum, 'cell.constraint#minimum', (over) => over >= 0);
  bounded(maximum, 'cell.constraint#maximum', (over) => over <= 0);
  bounded(exclusiveMinimum, 'cell.constraint#exclusiveMinimum', (over) => over > 0);
  bounded(exclusiveMaximum, 'cell.constraint#exclusiveMaximum', (over) => over < 0);
  if (pattern !== undefined) {
    const expression = new RegExp(`^(?:${pattern})$`, 'u');
    add((value) => expression.test(value), 'cell.constraint#pattern', { pattern });
  }
  const values = rules.enum?.map(String);
  if (values !== undefined) {
    const known = new Set(values);
    add((value) => known.has(value), 'cell.constraint#enum', { values: listed(values) });
  }
  return checks;
};

/** A bound is a plain number, or written as the schema's own standard writes it, whatever the field's format. */
const boundOf = (type: TableField['type'], { order, test }: Format, bound: string | number): number | string => {
  if (type === 'number' || type === 'integer' || type === 'year') return Number(bound);
  const text = String(bound);
  if (order && test(text)) return order(text);
  return type === 'date' || type === 'datetime' ? Date.parse(text) : text;
};

const difference = (value: number | string, bound: number | string): number => {
  if (typeof value === 'number' && typeof bound === 'number') return value - bound;
  return value < bound ? -1 : value > bound ? 1 : 0;
};

/** Names what kind of mistake it is, where it is one that people often make. */
const typeProblem = (field: TableField, { example }: Format, value: string): CellProblem => {
  const { type } = field;
  const other = (id: MessageId, params: Params = { example }): CellProblem => ({ id, params });
  switch (type) {
    case 'integer':
    case 'number': {
      const wantsPoint = (field.decimalChar ?? '.') === '.' && field.groupChar === undefined;
      if (wantsPoint && /^[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+$/.test(value)) return other('cell.type#decimalComma');
      return other(type === 'integer' ? 'cell.type#integer' : 'cell.type#number');
    }
    case 'boolean':
      return other('cell.type#boolean', { values: listed(booleanValues(field)) });
    case 'date':
      return other(dateMistake(field.format ?? 'default', value));
    case 'datetime':
      return other('cell.type#datetime');
    case 'time':
      return other('cell.type#time');
    default:
      return other('cell.type#other', {
        what: field.format === undefined ? type : `${type} (${field.format})`,
        example,
      });
  }
};

const dateMistake = (format: string, value: string): MessageId => {
  const iso = format === 'default' || format === '%Y-%m-%d' ? /^\d{4}-(\d{2})-(\d{2})$/.exec(value) : null;
  const years = format.endsWith('%Y') ? '4' : '2';
  const dayFirst = /^%d.%m.%[Yy]$/.test(format) ? new RegExp(`^(\\d{2}).(\\d{2}).\\d{${years}}$`).exec(value) : null;
  const month = Number(iso ? iso[1] : dayFirst?.[2]);
  const day = Number(iso ? iso[2] : dayFirst?.[1]);
  if (!iso && !dayFirst) return 'cell.type#date';
  return month > 12 && month <= 31 && day >= 1 && day <= 12 ? 'cell.type#dayMonthSwapped' : 'cell.type#noSuchDay';
};
