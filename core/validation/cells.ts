import type { TableField, TableSchema } from '../table-schema.ts';

/** What is wrong with a cell: which rule, what was expected, how to mend it. */
export interface CellProblem {
  readonly rule: 'cell.required' | 'cell.type' | 'cell.constraint';
  readonly expected: string;
  readonly fix: string;
}

/** Checks one cell; undefined when it is fine. */
export type CellCheck = (value: string) => CellProblem | undefined;

const types: Record<TableField['type'], { test: (value: string) => boolean; expected: string; fix: string }> = {
  any: { test: () => true, expected: 'anything', fix: '' },
  string: { test: () => true, expected: 'text', fix: '' },
  integer: {
    test: (value) => /^[+-]?\d+$/.test(value),
    expected: 'a whole number such as 42',
    fix: 'write digits only, without separators or units',
  },
  number: {
    test: (value) => /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value),
    expected: 'a number such as 1234.50',
    fix: 'use a point for decimals and no thousands separators',
  },
  boolean: {
    test: (value) => /^(true|True|TRUE|1|false|False|FALSE|0)$/.test(value),
    expected: 'true or false',
    fix: 'write true or false',
  },
  date: {
    test: (value) => isDate(value),
    expected: 'a date such as 2026-11-22 (year-month-day)',
    fix: 'write dates as year-month-day',
  },
  datetime: {
    test: (value) => isDate(value.slice(0, 10)) && timeOfDay.test(value.slice(10)),
    expected: 'a date and time such as 2026-11-22T07:41:00Z',
    fix: 'write date, the letter T and time',
  },
  time: {
    test: (value) => /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/.test(value),
    expected: 'a time such as 07:41:00',
    fix: 'write hours:minutes:seconds',
  },
};

/** `T07:41:00`, with a fraction and an offset if wanted. */
const timeOfDay = /^T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?$/;

const isDate = (value: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
};

/** Compiles the rules of one field. Missing values are compared before types, as Table Schema says. */
export const compileCell = (field: TableField, missingValues: TableSchema['missingValues']): CellCheck => {
  const missing = new Set(missingValues);
  const type = types[field.type];
  const checks = constraintChecks(field);
  const required = field.constraints?.required === true;
  return (value) => {
    if (missing.has(value)) {
      return required ? { rule: 'cell.required', expected: 'a value', fix: 'fill in this cell' } : undefined;
    }
    if (!type.test(value)) return { rule: 'cell.type', expected: type.expected, fix: type.fix };
    const broken = checks.find(({ test }) => !test(value));
    return broken && { rule: 'cell.constraint', expected: broken.expected, fix: 'correct this value' };
  };
};

interface ConstraintCheck {
  readonly test: (value: string) => boolean;
  readonly expected: string;
}

const constraintChecks = ({ type, constraints: rules = {} }: TableField): ConstraintCheck[] => {
  const checks: ConstraintCheck[] = [];
  const add = (test: ConstraintCheck['test'], expected: string) => checks.push({ test, expected });
  const { minLength, maxLength, minimum, maximum, pattern, enum: values } = rules;
  if (minLength !== undefined) add((value) => [...value].length >= minLength, `at least ${minLength} characters`);
  if (maxLength !== undefined) add((value) => [...value].length <= maxLength, `at most ${maxLength} characters`);
  if (minimum !== undefined) add((value) => compare(type, value, minimum) >= 0, `at least ${minimum}`);
  if (maximum !== undefined) add((value) => compare(type, value, maximum) <= 0, `at most ${maximum}`);
  if (pattern !== undefined) {
    const expression = new RegExp(`^(?:${pattern})$`, 'u');
    add((value) => expression.test(value), `text that matches ${pattern}`);
  }
  if (values !== undefined) add((value) => values.includes(value), `one of ${values.join(', ')}`);
  return checks;
};

/** Numbers and moments by value; dates and times of day by their text, whose order is the order of time. */
const compare = (type: TableField['type'], value: string, bound: string | number): number => {
  if (type === 'integer' || type === 'number') return Number(value) - Number(bound);
  if (type === 'datetime') return Date.parse(value) - Date.parse(String(bound));
  return value < String(bound) ? -1 : value > String(bound) ? 1 : 0;
};
