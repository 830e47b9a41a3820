import { AwsError } from '../errors.ts';

/** Fields of a form, by their names in lower case. */
export type Fields = Readonly<Record<string, string>>;

/** How large a file may be, in bytes. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** Fields that no condition needs to name: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
const isFree = (name: string): boolean =>
  ['x-amz-signature', 'file', 'policy', 'bucket'].includes(name) || name.startsWith('x-ignore-');

/**
 * Holds a form against the policy that was signed for it.
 *
 * @param policy base64, as the form carries it
 * @param fields with `bucket` among them
 * @param now milliseconds
 * @returns how large the file may be, where the policy says
 * @throws AwsError InvalidPolicyDocument, AccessDenied
 */
export const checkPolicy = (policy: string, fields: Fields, now: number): SizeRange | undefined => {
  const { expiration, conditions } = readPolicy(policy);
  if (now > expiration) throw refused('Policy expired.');
  const named = new Set<string>();
  let range: SizeRange | undefined;
  for (const condition of conditions) {
    if (condition.kind === 'size') {
      range = condition;
      continue;
    }
    named.add(condition.field);
    const { kind, field, value, shown } = condition;
    const actual = fields[field] ?? '';
    const holds = kind === 'eq' ? actual === value : startsWith(field, actual, value);
    if (!holds) throw refused(`Policy Condition failed: ${shown}`);
  }
  const extra = Object.keys(fields).filter((name) => !named.has(name) && !isFree(name));
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
  return range;
};

/** Content types may be several, separated by commas: each must begin so. */
const startsWith = (field: string, actual: string, value: string): boolean =>
  (field === 'content-type' ? actual.split(',') : [actual]).every((one) => one.startsWith(value));

type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string; readonly shown: string }
  | ({ readonly kind: 'size' } & SizeRange);

const refused = (why: string): AwsError => new AwsError('AccessDenied', `Invalid according to Policy: ${why}`, 403);

const invalid = (why: string): AwsError => new AwsError('InvalidPolicyDocument', `Invalid Policy: ${why}`);

const readPolicy = (policy: string): { expiration: number; conditions: Condition[] } => {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  const { expiration, conditions }: { expiration?: unknown; conditions?: unknown } = Object(document);
  if (typeof expiration !== 'string') throw invalid('Policy missing expiration.');
  const at = Date.parse(expiration);
  if (Number.isNaN(at)) throw invalid(`Invalid 'expiration' value: '${expiration}'`);
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  return { expiration: at, conditions: conditions.flatMap(conditionsOf) };
};

const conditionsOf = (given: unknown): Condition[] => {
  if (Array.isArray(given)) return [listed(given)];
  if (typeof given !== 'object' || given === null) throw invalid('Invalid Condition.');
  return Object.entries(given).map(([name, value]) => equal(name, value));
};

const equal = (name: string, value: unknown): Condition => ({
  kind: 'eq',
  field: name.toLowerCase(),
  value: String(value),
  shown: JSON.stringify(['eq', `$${name}`, String(value)]),
});

const listed = ([operator, first, second]: readonly unknown[]): Condition => {
  const kind = String(operator).toLowerCase();
  if (kind === 'content-length-range') {
    const [min, max] = [Number(first), Number(second)];
    if (!Number.isInteger(min) || !Number.isInteger(max)) throw invalid('Invalid content-length-range.');
    return { kind: 'size', min, max };
  }
  const isKnown = kind === 'eq' || kind === 'starts-with';
  if (!isKnown || typeof first !== 'string' || !first.startsWith('$')) {
    throw invalid(`Invalid Condition: ${JSON.stringify([operator, first, second])}`);
  }
  const value = String(second);
  return { kind, field: first.slice(1).toLowerCase(), value, shown: JSON.stringify([kind, first, value]) };
};
