import type { LinkAnswer } from '../core/api/bodies.ts';
import { ApiProblem, ConnectionLost, type LinkApi } from './api.ts';
import { checksumOf, requireReadable } from './checksum.ts';
import { type PutAnswer, put } from './put.ts';

/** What arrived; without a time as long as the server has not said it: this machine's clock proves nothing. */
export type Receipt = Omit<NonNullable<LinkAnswer['receipt']>, 'receivedAt'> & { readonly receivedAt?: string };

/** Parts that are on their way at once. */
const lanes = 3;

/** Pauses before another try; the last one again and again, for as long as the page is open. */
const pausesMs = [500, 1000, 2000, 4000, 8000, 15_000];

/** URLs that may be refused in a row: after that it is not their age. */
const mostRefusals = 4;

/** S3 refused the file itself, or refuses every URL. */
export class UploadRefused extends Error {}

/** What happens on the way. */
export interface UploadWatcher {
  /** Bytes that are there or on their way. */
  onProgress(bytes: number): void;
  /** True while nothing gets through and another try is waited for. */
  onWaiting(isWaiting: boolean): void;
}

/**
 * Brings one file to S3 and gives up only when it is told so: lost connections, outages and ended URLs are tried again,
 * parts that are there are not sent twice. Whoever starts the same file again, in whatever tab, goes on.
 */
export class Uploader {
  readonly #api: LinkApi;
  readonly #file: File;
  readonly #watcher: UploadWatcher;
  readonly #cancelled = new AbortController();
  #paused: PromiseWithResolvers<void> | undefined;
  #current = new AbortController();
  #sent = 0;
  readonly #onTheWay = new Map<number, number>();
  #uploadId: string | undefined;
  #isOver = false;

  constructor(api: LinkApi, file: File, watcher: UploadWatcher) {
    this.#api = api;
    this.#file = file;
    this.#watcher = watcher;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
    this.#current.abort();
  }

  resume(): void {
    this.#current = new AbortController();
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** Gives up, and tells the server so. */
  cancel(): void {
    this.#cancelled.abort();
    this.#current.abort();
    this.#paused?.resolve();
  }

  /** @throws ApiProblem, FileUnreadable, UploadRefused; the abort's reason when cancelled */
  async run(sha256: string): Promise<Receipt> {
    try {
      return await this.#run(sha256);
    } finally {
      const isGivenUp = this.#cancelled.signal.aborted && this.#uploadId !== undefined;
      // The lifecycle of the bucket does it too, a day later.
      if (isGivenUp) await this.#api.abort(this.#uploadId ?? '').catch(() => undefined);
    }
  }

  async #run(sha256: string): Promise<Receipt> {
    const { name, size, type } = this.#file;
    const start = () => this.#patiently(() => this.#api.start({ name, size, type }, sha256));
    const { uploadId, put: whole, multipart } = await start();
    if (whole) {
      let url = whole;
      await this.#send(0, this.#file, async (hasEnded) => {
        if (hasEnded) url = (await start()).put ?? url;
        return url;
      });
      return { name, size, sha256 };
    }
    if (!multipart) throw new UploadRefused();
    this.#uploadId = uploadId;
    const there = new Map(multipart.received.map((part) => [part.partNumber, part.sha256]));
    await this.#sendParts(uploadId, multipart, there);
    const receipt = await this.#patiently(() => this.#api.complete(uploadId));
    this.#uploadId = undefined;
    return receipt;
  }

  async #sendParts(
    uploadId: string,
    { partBytes, parts }: { partBytes: number; parts: number },
    there: ReadonlyMap<number, string>,
  ): Promise<void> {
    const left = Array.from({ length: parts }, (_, index) => index + 1);
    const lane = async (): Promise<void> => {
      for (let partNumber = left.shift(); partNumber !== undefined; partNumber = left.shift()) {
        const number = partNumber;
        const piece = this.#file.slice((number - 1) * partBytes, number * partBytes);
        const checksum = await checksumOf(piece);
        // What is there is this part only if it has its sum.
        if (there.get(number) === checksum) {
          this.#sent += piece.size;
          this.#tell();
          continue;
        }
        const sign = async () => (await this.#patiently(() => this.#api.signPart(uploadId, number, checksum))).parts[0];
        let signed = await sign();
        await this.#send(number, piece, async (hasEnded) => {
          if (hasEnded) signed = await sign();
          if (!signed) throw new UploadRefused();
          return signed;
        });
      }
    };
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } catch (error) {
      // One lane met something final: the others end at their next turn.
      this.#isOver = true;
      this.#current.abort();
      throw error;
    }
  }

  /** Sends one piece until it is there. @param urlOf gives its URL, another one when the one before has ended */
  async #send(
    number: number,
    piece: Blob,
    urlOf: (hasEnded: boolean) => Promise<{ url: string; headers: Readonly<Record<string, string>> }>,
  ): Promise<void> {
    let refusals = 0;
    let mayHaveArrived = false;
    for (let attempt = 0; ; attempt += 1) {
      await this.#turn();
      const { url, headers } = await urlOf(refusals > 0);
      const answer = await this.#put(number, piece, url, headers);
      // The answer to an earlier try was lost after all of it had left: what is there is this file.
      if (answer.kind === 'done' || (answer.kind === 'taken' && mayHaveArrived)) {
        this.#onTheWay.delete(number);
        this.#sent += piece.size;
        this.#tell();
        this.#watcher.onWaiting(false);
        return;
      }
      mayHaveArrived ||= answer.sentAll;
      this.#onTheWay.delete(number);
      this.#tell();
      if (answer.kind === 'taken') throw new ApiProblem('already-delivered', 409, '');
      if (answer.kind === 'refused') throw new UploadRefused(answer.said);
      refusals = answer.kind === 'ended' ? refusals + 1 : 0;
      if (refusals >= mostRefusals) throw new UploadRefused(answer.said);
      if (answer.kind === 'lost') {
        // A browser says the same of a file that cannot be read any more.
        await requireReadable(piece);
        await this.#pauseBefore(attempt);
      }
    }
  }

  #put(number: number, piece: Blob, url: string, headers: Readonly<Record<string, string>>): Promise<PutAnswer> {
    return put(url, headers, piece, {
      signal: this.#current.signal,
      onProgress: (bytes) => {
        this.#onTheWay.set(number, bytes);
        this.#tell();
        if (bytes > 0) this.#watcher.onWaiting(false);
      },
    });
  }

  #tell(): void {
    this.#watcher.onProgress(this.#sent + [...this.#onTheWay.values()].reduce((sum, one) => sum + one, 0));
  }

  /** Asks the API until it answers something that waiting does not change. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      await this.#turn();
      try {
        const answer = await ask();
        this.#watcher.onWaiting(false);
        return answer;
      } catch (error) {
        const isPassing = error instanceof ConnectionLost || (error instanceof ApiProblem && error.isPassing);
        if (!isPassing) throw error;
        const after = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
        await this.#pauseBefore(attempt, after);
      }
    }
  }

  /** Waits while paused. @throws the abort's reason when cancelled */
  async #turn(): Promise<void> {
    this.#cancelled.signal.throwIfAborted();
    await this.#paused?.promise;
    this.#cancelled.signal.throwIfAborted();
    if (this.#isOver) throw new UploadRefused();
  }

  /** Until the pause is over, or the browser says that there is a connection again. */
  async #pauseBefore(attempt: number, afterSeconds = 0): Promise<void> {
    if (this.#paused || this.#isOver || this.#cancelled.signal.aborted) return;
    this.#watcher.onWaiting(true);
    const ms = Math.max(afterSeconds * 1000, pausesMs[Math.min(attempt, pausesMs.length - 1)] ?? 0);
    const over = new AbortController();
    await new Promise<void>((resolve) => {
      setTimeout(resolve, ms);
      for (const event of ['online', 'abort']) {
        const target = event === 'online' ? window : this.#current.signal;
        target.addEventListener(event, () => resolve(), { once: true, signal: over.signal });
      }
    });
    over.abort();
  }
}
