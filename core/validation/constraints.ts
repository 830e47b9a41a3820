import type { Locale } from '../locales.ts';
import type { TableSchema } from '../table-schema.ts';
import { say } from './catalog.ts';

type Constraints = NonNullable<TableSchema['fields'][number]['constraints']>;

/** So many values are named, the others are known by the rule alone. */
const mostNamed = 12;

/** Values in a row, as findings and pages name them. */
export const listed = (values: readonly string[]): string =>
  values.length > mostNamed ? `${values.slice(0, mostNamed).join(', ')}, …` : values.join(', ');

/** What a column's values must be besides their type, in the words that a finding would have: `one of DE, AT; at most 2 characters`. */
export const constraintsInWords = (
  {
    enum: values,
    pattern,
    unique,
    minLength,
    maxLength,
    minimum,
    maximum,
    exclusiveMinimum,
    exclusiveMaximum,
  }: Constraints,
  locale: Locale,
): string => {
  const bounds = { minLength, maxLength, minimum, maximum, exclusiveMinimum, exclusiveMaximum } as const;
  const names = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum', 'minLength', 'maxLength'] as const;
  return [
    ...(values ? [say('cell.constraint#enum', { values: listed(values.map(String)) }, locale)] : []),
    ...names.flatMap((name) => {
      const bound = bounds[name];
      return bound === undefined ? [] : [say(`cell.constraint#${name}`, { bound: String(bound) }, locale)];
    }),
    ...(pattern === undefined ? [] : [say('cell.constraint#pattern', { pattern }, locale)]),
    ...(unique ? [say('cell.unique', {}, locale)] : []),
  ]
    .map(({ expected }) => expected)
    .join('; ');
};
