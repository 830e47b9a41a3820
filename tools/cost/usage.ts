/** What a step of a delivery uses. A test holds these against what the embedded runtime counts. */
export interface Usage {
  readonly transitions: number;
  readonly invocations: number;
  readonly mails: number;
  /** PUT, COPY and LIST: they cost the same. */
  readonly s3Writes: number;
  readonly s3Reads: number;
  /** Events on our bus and messages to topics. */
  readonly messages: number;
}

/** What is used beside that where a partner comes by a link. */
export interface LinkUsage extends Usage {
  readonly apiRequests: number;
  /** MACs that KMS made or verified. */
  readonly macs: number;
}

/** From the schedule to the first wait: one mail to one contact. */
export const asking: Usage = { transitions: 4, invocations: 4, mails: 1, s3Writes: 19, s3Reads: 6, messages: 0 };

/** A valid file comes: checked, promoted, announced, thanked for. */
export const accepting: Usage = { transitions: 5, invocations: 5, mails: 1, s3Writes: 47, s3Reads: 27, messages: 1 };

/** A reminder: a look, another URL, another mail. */
export const reminding: Usage = { transitions: 5, invocations: 4, mails: 1, s3Writes: 14, s3Reads: 7, messages: 0 };

/** A rung of the ladder that tells one person, and asks the partner again. */
export const escalating: Usage = { transitions: 6, invocations: 5, mails: 2, s3Writes: 19, s3Reads: 11, messages: 1 };

/** Nothing came: the request is closed, operators and downstream systems are told. */
export const closing: Usage = { transitions: 5, invocations: 3, mails: 0, s3Writes: 30, s3Reads: 17, messages: 4 };

/**
 * What a link adds to a file that comes at the first asking: its page, opened once by a hand, which checks and sends a file in
 * one piece and asks twice for the verdict.
 */
export const byLink: LinkUsage = {
  transitions: 0,
  invocations: 9,
  mails: 0,
  s3Writes: 34,
  s3Reads: 18,
  messages: 0,
  apiRequests: 9,
  macs: 6,
};

export const total = (...steps: readonly Usage[]): Usage => ({
  transitions: sum(steps, 'transitions'),
  invocations: sum(steps, 'invocations'),
  mails: sum(steps, 'mails'),
  s3Writes: sum(steps, 's3Writes'),
  s3Reads: sum(steps, 's3Reads'),
  messages: sum(steps, 'messages'),
});

const sum = (steps: readonly Usage[], field: keyof Usage): number => steps.reduce((so, step) => so + step[field], 0);
