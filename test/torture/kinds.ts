/** One way in which something goes wrong, at one place. */
export interface Kind {
  readonly name: string;
  readonly fault: Readonly<Record<string, unknown>>;
}

const functions = [
  'open-request',
  'generate-upload-url',
  'email-partner',
  'register-wait',
  'receive-upload',
  'validate-upload',
  'quarantine-upload',
  'accept-upload',
  'archive-execution',
];

const functionKinds = functions.flatMap((name): Kind[] => [
  { name: `${name}: dies before its work`, fault: { point: 'function', name, effect: 'kill' } },
  { name: `${name}: dies after its work`, fault: { point: 'function', name, effect: 'kill', when: 'after' } },
  { name: `${name}: times out after its work`, fault: { point: 'function', name, effect: 'timeout', when: 'after' } },
  { name: `${name}: throttled three times`, fault: { point: 'function', name, effect: 'throttle', times: 3 } },
  { name: `${name}: fails beyond its retries`, fault: { point: 'function', name, effect: 'error', times: 7 } },
]);

/** Operations that the app calls in a request, and the error that each documents for a busy moment. */
const operations = [
  ['s3', 'PutObject', 'SlowDown', 503],
  ['s3', 'GetObject', 'InternalError', 500],
  ['s3', 'HeadObject', 'SlowDown', 503],
  ['s3', 'ListObjectsV2', 'SlowDown', 503],
  ['s3', 'CopyObject', 'InternalError', 500],
  ['ses', 'SendEmail', 'Throttling', 400],
  ['sts', 'AssumeRole', 'ServiceUnavailable', 503],
  ['states', 'SendTaskSuccess', 'ThrottlingException', 400],
  ['states', 'GetExecutionHistory', 'ThrottlingException', 400],
  ['events', 'PutEvents', 'InternalException', 500],
] as const;

const serviceKinds = operations.flatMap(([service, operation, code, status]): Kind[] => {
  const call = { point: 'service', service, operation };
  return [
    { name: `${operation}: ${code} once`, fault: { ...call, code, status } },
    { name: `${operation}: ${code} for ten calls`, fault: { ...call, code, status, times: 10 } },
    { name: `${operation}: done, its answer lost`, fault: { ...call, effect: 'hangUp', when: 'after' } },
    { name: `${operation}: done, its caller dies`, fault: { ...call, effect: 'kill', when: 'after' } },
  ];
});

const eventKinds = ['aws.s3', 'aws.states'].flatMap((source): Kind[] => {
  const event = { point: 'event', source };
  return [
    { name: `${source}: an event twice`, fault: { ...event, copies: 2 } },
    { name: `${source}: an event ten minutes late`, fault: { ...event, delaySeconds: [600] } },
    { name: `${source}: events out of order`, fault: { ...event, times: 2, copies: 2, delaySeconds: [90, 0] } },
    { name: `${source}: an event lost`, fault: { ...event, copies: 0 } },
  ];
});

const machineKinds: Kind[] = [
  { name: 'the disk is full for an object', fault: { point: 'disk', effect: 'full' } },
  { name: 'an object is written by half, and the runtime dies', fault: { point: 'disk', effect: 'torn' } },
  { name: 'the disk is full for the journal', fault: { point: 'journal', effect: 'full' } },
  { name: 'the disk is full for five changes', fault: { point: 'journal', effect: 'full', times: 5 } },
  { name: 'the runtime dies before a change is kept', fault: { point: 'journal', effect: 'kill' } },
  { name: 'the runtime dies after a change was kept', fault: { point: 'journal', effect: 'kill', when: 'after' } },
];

export const kinds: readonly Kind[] = [...functionKinds, ...serviceKinds, ...eventKinds, ...machineKinds];

/** The clock is set before a request's retries, waits and milestones: on, back, and far on. */
export const clockJumps = [90, -30, 600] as const;

/**
 * Which occasion is struck: the first, one amid, one of the last. What happens once in a request happens three times in a
 * trial; the journal is written to some hundred times.
 */
export const positionsOf = ({ fault }: Kind): readonly number[] =>
  fault.point === 'journal' ? [3, 60, 140] : [0, 1, 2];
