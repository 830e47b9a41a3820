import { createHash, randomBytes, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';

const hashes = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/** Arrays of so many items: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
const mostItems = 1000;

const requireNumber = (what: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`${what} must be a number, got ${JSON.stringify(value)}`);
};

const range = (first: unknown, last: unknown, step: unknown): number[] => {
  const [from, to, by] = [requireNumber('start', first), requireNumber('end', last), requireNumber('delta', step)];
  if (by === 0) throw new Error('delta must not be 0');
  const count = Math.max(0, Math.floor((to - from) / by) + 1);
  if (count > mostItems) throw new Error(`an array of ${count} items, allowed at most ${mostItems}`);
  return Array.from({ length: count }, (_, index) => from + index * by);
};

const partition = (list: unknown, size: unknown): unknown[][] => {
  const length = Math.round(requireNumber('the size', size));
  if (!Array.isArray(list)) throw new Error(`what is partitioned must be an array, got ${JSON.stringify(list)}`);
  if (length < 1) throw new Error(`the size must be above 0, got ${size}`);
  return Array.from({ length: Math.ceil(list.length / length) }, (_, index) =>
    list.slice(index * length, (index + 1) * length),
  );
};

const hash = (data: unknown, algorithm: unknown): string => {
  if (!hashes.includes(String(algorithm))) throw new Error(`algorithm ${algorithm}, allowed ${hashes.join(', ')}`);
  return createHash(String(algorithm).replace('-', '').toLowerCase())
    .update(typeof data === 'string' ? data : JSON.stringify(data))
    .digest('hex');
};

const random = (seed: unknown): number => {
  const bytes = seed === undefined ? randomBytes(4) : createHash('sha256').update(String(seed)).digest();
  return bytes.readUInt32LE() / 2 ** 32;
};

/** JSONata's own `$now` tells the time of the machine; with a picture it tells it so. */
const time =
  (now: () => number) =>
  (picture: unknown, zone: unknown): Promise<unknown> | string =>
    picture === undefined
      ? new Date(now()).toISOString()
      : jsonata('$fromMillis($at, $picture, $zone)').evaluate(undefined, { at: now(), picture, zone });

/**
 * Adds what Step Functions adds to JSONata, and takes away what it takes.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 *
 * @param now milliseconds
 */
export const addFunctions = (expression: jsonata.Expression, now: () => number): void => {
  expression.registerFunction('now', time(now));
  expression.registerFunction('millis', now);
  expression.registerFunction('parse', (text: string) => JSON.parse(text));
  expression.registerFunction('uuid', () => randomUUID());
  expression.registerFunction('random', random);
  expression.registerFunction('hash', hash);
  expression.registerFunction('range', range);
  expression.registerFunction('partition', partition);
  expression.registerFunction('eval', () => {
    throw new Error('$eval is not supported by Step Functions; use $parse');
  });
};
