import { matches } from './wildcards.ts';

export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Context = Readonly<Record<string, string | readonly string[]>>;
type Test = (actual: string, wanted: string) => boolean;

const numeric =
  (test: (a: number, b: number) => boolean): Test =>
  (actual, wanted) =>
    test(Number(actual), Number(wanted));

const inRange: Test = (actual, wanted) => {
  const [network = '', bits = '32'] = wanted.split('/');
  const mask = bits === '0' ? 0 : (~0 << (32 - Number(bits))) >>> 0;
  return (ipv4(actual) & mask) >>> 0 === (ipv4(network) & mask) >>> 0;
};

const ipv4 = (address: string): number =>
  address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);

/** "Each of the six colon-delimited components of the ARN is checked separately": no `*` reaches beyond its own. */
const arnMatches: Test = (actual, wanted) => {
  const [parts, patterns] = [componentsOf(actual), componentsOf(wanted)];
  return parts.length === patterns.length && patterns.every((pattern, index) => matches(pattern, parts[index] ?? ''));
};

/** The sixth may hold colons itself. */
const componentsOf = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
};

/** Operators that hold when any wanted value matches. */
const positive: Readonly<Record<string, Test>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matches(wanted, actual),
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
  Bool: (actual, wanted) => actual === wanted,
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
  IpAddress: inRange,
};

/** Operators that hold when no wanted value matches; an absent key holds too. */
const negative: Readonly<Record<string, Test>> = {
  StringNotEquals: (actual, wanted) => actual === wanted,
  StringNotLike: (actual, wanted) => matches(wanted, actual),
  ArnNotEquals: arnMatches,
  ArnNotLike: arnMatches,
  NotIpAddress: inRange,
};

export const knownOperators: ReadonlySet<string> = new Set([
  ...Object.keys(positive),
  ...Object.keys(negative),
  'Null',
]);

/**
 * Every operator and every key must hold.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const conditionsHold = (block: ConditionBlock, context: Context): boolean => {
  const lower = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, lower.get(key.toLowerCase()), wanted)),
  );
};

const holds = (written: string, actual: string | readonly string[] | undefined, wanted: unknown): boolean => {
  const wantedValues = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
  if (written === 'Null') return wantedValues.includes(String(actual === undefined));
  const ifExists = written.endsWith('IfExists');
  const operator = written.replace(/IfExists$/, '');
  const test = positive[operator] ?? negative[operator];
  if (!test) return false;
  if (actual === undefined) return ifExists || operator in negative;
  const actualValues = typeof actual === 'string' ? [actual] : actual;
  const isMatch = actualValues.some((one) => wantedValues.some((other) => test(one, other)));
  return operator in negative ? !isMatch : isMatch;
};
