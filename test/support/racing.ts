import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scheduler } from 'fast-check';
import { attemptPrefix } from '../../core/names.ts';
import type {
  Announcements,
  Archive,
  Clock,
  Landing,
  Ledger,
  Metrics,
  Notices,
  Stored,
  Tasks,
} from '../../core/ports.ts';
import type { PinnedUpload, RequestDocument, RequestPointer } from '../../core/request.ts';

/** Lets something happen when its turn comes: of what is under way at once, whoever asks decides what comes next. */
type Turn = <T>(label: string, work: () => T) => Promise<T>;

export const turnsOf =
  (scheduler: Scheduler): Turn =>
  async (label, work) => {
    await scheduler.schedule(Promise.resolve(), label);
    return work();
  };

/** S3 as the ledger sees it: strongly consistent, conditional; each call is one moment, and moments come in any order. */
export class RacingLedger implements Ledger {
  readonly documents = new Map<string, { readonly text: string; readonly version: number }>();
  readonly #turn: Turn;
  #versions = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  find(key: string): Promise<Stored | undefined> {
    return this.#turn(`find ${key}`, () => {
      const found = this.documents.get(key);
      return found && { body: JSON.parse(found.text), etag: String(found.version) };
    });
  }

  create(key: string, body: unknown): Promise<boolean> {
    return this.#turn(`create ${key}`, () => !this.documents.has(key) && this.write(key, body));
  }

  replace(key: string, body: unknown, etag: string): Promise<boolean> {
    return this.#turn(
      `replace ${key}`,
      () => String(this.documents.get(key)?.version) === etag && this.write(key, body),
    );
  }

  async put(key: string, body: unknown): Promise<void> {
    await this.#turn(`put ${key}`, () => this.write(key, body));
  }

  list(prefix: string): Promise<string[]> {
    return this.#turn(`list ${prefix}`, () =>
      [...this.documents.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
  }

  /** At once, for what is there before. */
  write(key: string, body: unknown): true {
    this.documents.set(key, { text: JSON.stringify(body), version: ++this.#versions });
    return true;
  }

  read(key: string) {
    return JSON.parse(this.documents.get(key)?.text ?? 'null');
  }
}

/** A landing bucket with at most one upload. */
export class RacingLanding implements Landing {
  upload: PinnedUpload | undefined;
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  find(prefix: string): Promise<PinnedUpload[]> {
    return this.#turn(`look under ${prefix}`, () => (this.upload?.key.startsWith(prefix) ? [this.upload] : []));
  }

  async *all() {
    if (this.upload) yield this.upload;
  }

  open(): never {
    throw new Error('nobody reads here');
  }

  checksum: Landing['checksum'] = async () => undefined;
  scanResult: Landing['scanResult'] = async () => undefined;
}

/** Tasks that wait, as Step Functions has them: a token ends one task, once. */
export class RacingTasks implements Tasks {
  readonly waiting = new Set<string>();
  /** Of each token that ended a task: with what. */
  readonly ended = new Map<string, unknown>();
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  succeed(token: string, output: unknown) {
    return this.#turn('succeed', () => this.#end(token, output));
  }

  fail(token: string, error: string) {
    return this.#turn('fail', () => this.#end(token, error));
  }

  #end(token: string, output: unknown): 'resumed' | 'over' {
    if (!this.waiting.delete(token)) return 'over';
    this.ended.set(token, output);
    return 'resumed';
  }
}

export class RacingArchive implements Archive {
  readonly objects = new Map<string, string>();
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  find(key: string) {
    return this.#turn(`look for ${key}`, () => this.objects.get(key));
  }

  keep(key: string, text: string) {
    return this.#turn(`keep ${key}`, () => {
      if (!this.objects.has(key)) this.objects.set(key, text);
      return this.objects.get(key) ?? text;
    });
  }
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
export const metrics: Metrics = { count: () => undefined };

/** Notices as they are told. */
export const collect = (): {
  readonly notices: Notices;
  readonly announcements: Announcements;
  readonly told: string[];
} => {
  const told: string[] = [];
  return {
    told,
    notices: { publish: async ({ kind }) => void told.push(kind) },
    announcements: { announce: async (type) => void told.push(type) },
  };
};

const opened: RequestDocument = JSON.parse(
  readFileSync(join(import.meta.dirname, '../core/documents/v1/request.json'), 'utf8'),
);

export const pointer: RequestPointer = {
  requestId: opened.requestId,
  partner: opened.partner,
  feed: opened.feed,
  period: opened.period,
  generation: opened.generation,
  claim: opened.claim,
};

/** A request that is open and has no outcome. */
export const openRequest = (): RequestDocument => {
  const { outcome: _, ...document } = opened;
  return { ...document, status: 'open' };
};

export const uploadOf = (attempt: number): PinnedUpload => ({
  key: `${attemptPrefix(pointer, attempt)}upload.csv`,
  versionId: 'v1',
  size: 10,
  arrivedAt: '2026-11-22T12:30:00.000Z',
});

export const clock: Clock = { now: () => new Date('2026-11-22T12:30:01.000Z') };
