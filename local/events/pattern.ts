import { UnsupportedFeatureError } from '../errors.ts';

/** A parsed event pattern: objects nest, arrays hold what may match. */
export type Pattern = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const operators: Readonly<Record<string, (argument: unknown, value: unknown) => boolean>> = {
  prefix: (argument, value) => typeof value === 'string' && value.startsWith(String(argument)),
  suffix: (argument, value) => typeof value === 'string' && value.endsWith(String(argument)),
  wildcard: (argument, value) => typeof value === 'string' && wildcard(String(argument)).test(value),
  // "Exists match only works on the leaf nodes."
  exists: (argument, value) => (value !== undefined && !isObject(value)) === argument,
  'equals-ignore-case': (argument, value) =>
    typeof value === 'string' && value.toLowerCase() === String(argument).toLowerCase(),
  'anything-but': (argument, value) =>
    value !== undefined && !(Array.isArray(argument) ? argument : [argument]).some((one) => fits(one, value)),
};

/** Here `*` alone is special, and `\\*` and `\\\\` are themselves. */
const wildcard = (text: string): RegExp =>
  new RegExp(
    `^${text.replaceAll(/\\[*\\]|[\s\S]/g, (part) => (part === '*' ? '.*' : (part.at(-1) ?? '').replaceAll(/[.+^${}()|[\]\\?*/-]/g, String.raw`\$&`)))}$`,
    's',
  );

const takesText = ['prefix', 'suffix', 'wildcard', 'equals-ignore-case'];

/** Whether an operator's argument is of a form that is read here. */
const isRead = (operator: string, argument: unknown): boolean => {
  if (operator === 'exists') return typeof argument === 'boolean';
  if (takesText.includes(operator)) return typeof argument === 'string' && !argument.includes('**');
  return [argument]
    .flat()
    .every((one) => !isObject(one) || Object.values(one).every((text) => typeof text === 'string'));
};

/** Refuses a pattern with an operator that would be misread. */
export const checkPattern = (where: string, pattern: Pattern): void => {
  for (const value of Object.values(pattern)) {
    if (isObject(value)) checkPattern(where, value);
    if (!Array.isArray(value)) continue;
    for (const one of value.filter(isObject)) {
      for (const [operator, argument] of Object.entries(one)) {
        if (!(operator in operators)) throw new UnsupportedFeatureError(where, `event pattern operator ${operator}`);
        if (!isRead(operator, argument)) {
          throw new UnsupportedFeatureError(where, `event pattern ${JSON.stringify({ [operator]: argument })}`);
        }
        if (operator === 'anything-but') checkPattern(where, { [operator]: [argument].flat() });
      }
    }
  }
};

/**
 * Whether an event fits: every name of the pattern must.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export const patternMatches = (pattern: Pattern, event: unknown): boolean =>
  Object.entries(pattern).every(([name, wanted]) => {
    const actual = isObject(event) ? event[name] : undefined;
    if (isObject(wanted)) return patternMatches(wanted, actual);
    if (!Array.isArray(wanted)) return false;
    const values = Array.isArray(actual) ? actual : [actual];
    return values.some((value) => wanted.some((one) => fits(one, value)));
  });

const fits = (wanted: unknown, value: unknown): boolean => {
  if (!isObject(wanted)) return wanted === value;
  return Object.entries(wanted).every(([operator, argument]) => operators[operator]?.(argument, value) ?? false);
};
