import * as z from 'zod/mini';

/*
 * What can go wrong on purpose: the faults that AWS documents of each of its services, and those of a machine. Each strikes at
 * a named point, may let some occasions pass first, and is forgotten with the process.
 */

const occasions = {
  /** How many occasions pass unharmed before the first that is struck. */
  skip: z._default(z.int().check(z.gte(0)), 0),
  /** How many occasions are struck; 0 for all that come. */
  times: z._default(z.int().check(z.gte(0)), 1),
};

/** Whether what was asked for was done before the fault: an answer that is lost, or a call that never came through. */
const when = z._default(z.enum(['before', 'after']), 'before');

/** An invocation. `kill`: the environment dies; `throttle`: no concurrency is left. */
const functionFault = z.strictObject({
  point: z.literal('function'),
  ...occasions,
  /** A function's name, or how it ends; any when absent. */
  name: z.optional(z.string()),
  effect: z.enum(['error', 'timeout', 'kill', 'throttle', 'delay']),
  when,
  /** Of the machine's clock, for `delay`. */
  delayMs: z._default(z.int().check(z.gte(0), z.lte(60_000)), 0),
});

/** A call of the deployed app; the account's root is spared. `hangUp`: the connection breaks; `kill`: the calling function dies. */
const serviceFault = z.strictObject({
  point: z.literal('service'),
  ...occasions,
  /** As in a signature's scope. */
  service: z.enum(['s3', 'states', 'ses', 'sts', 'kms', 'sns', 'sqs', 'events', 'lambda']),
  /** `PutObject`, `SendTaskSuccess`, …; any when absent. */
  operation: z.optional(z.string()),
  effect: z._default(z.enum(['error', 'hangUp', 'kill']), 'error'),
  when,
  code: z._default(z.string(), 'InternalError'),
  status: z._default(z.int().check(z.gte(400), z.lte(599)), 500),
});

/** Events of a source: none or several copies, each as late as is said; so they are lost, doubled, delayed or out of order. */
const eventFault = z.strictObject({
  point: z.literal('event'),
  ...occasions,
  source: z.string(),
  /** 0 loses it. */
  copies: z._default(z.int().check(z.gte(0), z.lte(10)), 1),
  /** Of each copy in turn, of product time; missing ones are 0. */
  delaySeconds: z._default(z.array(z.number().check(z.gte(0), z.lte(604_800))), []),
});

/** A write to the journal. `kill`: this process dies (kill -9) at that very moment; `full`: the disk has no room for it. */
const journalFault = z.strictObject({
  point: z.literal('journal'),
  ...occasions,
  effect: z.enum(['kill', 'full']),
  when,
});

/** The bytes of an object on their way to the disk. `torn`: half of them are there when this process dies. */
const diskFault = z.strictObject({ point: z.literal('disk'), ...occasions, effect: z.enum(['full', 'torn']) });

/** The machine's clock is set: timers in between fire late and all at once, or once more wait for their time. */
const clockFault = z.strictObject({
  point: z.literal('clock'),
  jumpSeconds: z.number().check(z.gte(-3600), z.lte(604_800)),
});

export const fault = z.discriminatedUnion('point', [
  functionFault,
  serviceFault,
  eventFault,
  journalFault,
  diskFault,
  clockFault,
]);
export type Fault = z.infer<typeof fault>;
/** A fault that waits for its occasion; a clock is set at once. */
export type ArmedFault = Exclude<Fault, { point: 'clock' }>;
export type FaultAt<Point extends ArmedFault['point']> = Extract<ArmedFault, { point: Point }>;
