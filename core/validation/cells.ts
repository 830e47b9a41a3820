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
    test: (value) => {
      const [date = '', time = ''] = value.split('T');
      return isDate(date) && /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.test(time);
    },
    expected: 'a date and time such as 2026-11-22T07:41:00Z',
    fix: 'write date, the letter T and time',
  },
  time: {
    test: (value) => /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?$/.test(value),
    expected: 'a time such as 07:41:00',
    fix: 'write hours:minutes:seconds',
  },
};

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

/** Numbers by value; dates and times by their text, whose order is the order of time. */
const compare = (type: TableField['type'], value: string, bound: string | number): number => {
  if (type === 'integer' || type === 'number') return Number(value) - Number(bound);
  return value < String(bound) ? -1 : value > String(bound) ? 1 : 0;
};
