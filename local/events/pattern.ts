import { UnsupportedFeatureError } from '../errors.ts';

/** A parsed event pattern: objects nest, arrays hold what may match. */
export type Pattern = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list, which only `anything-but` may hold, fits by any of its texts. */
const ofText =
  (fitsOne: (text: string, value: string) => boolean) =>
  (argument: unknown, value: unknown): boolean =>
    typeof value === 'string' && [argument].flat().some((text) => fitsOne(String(text), value));

const operators: Readonly<Record<string, (argument: unknown, value: unknown) => boolean>> = {
  prefix: ofText((text, value) => value.startsWith(text)),
  suffix: ofText((text, value) => value.endsWith(text)),
  wildcard: ofText((text, value) => wildcard(text).test(value)),
  // "Exists match only works on the leaf nodes."
  exists: (argument, value) => (value !== undefined && !isObject(value)) === argument,
  'equals-ignore-case': ofText((text, value) => value.toLowerCase() === text.toLowerCase()),
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

const isText = (text: unknown): boolean => typeof text === 'string' && !text.includes('**');

/** Whether an operator's argument is of a form that is read here. `anything-but` takes values, or texts for another operator. */
const isRead = (operator: string, argument: unknown): boolean => {
  if (operator === 'exists') return typeof argument === 'boolean';
  if (takesText.includes(operator)) return isText(argument);
  return [argument].flat().every((one) => !isObject(one) || Object.entries(one).every(isOfTexts));
};

const isOfTexts = ([operator, texts]: [string, unknown]): boolean =>
  takesText.includes(operator) && [texts].flat().every(isText);

/** Refuses a pattern with an operator that would be misread. */
export const checkPattern = (where: string, pattern: Pattern): void => {
  for (const value of Object.values(pattern)) {
    if (isObject(value)) checkPattern(where, value);
    if (!Array.isArray(value)) continue;
    for (const one of value.filter(isObject)) {
      for (const [operator, argument] of Object.entries(one)) {
        if (!(operator in operators)) throw new UnsupportedFeatureError(where, `event pattern operator ${operator}`);
        if (isRead(operator, argument)) continue;
        throw new UnsupportedFeatureError(where, `event pattern ${JSON.stringify({ [operator]: argument })}`);
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
