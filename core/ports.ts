import type * as z from 'zod/mini';
import type { AnnouncementType, announcements } from './announcements.ts';
import type { Feed } from './feed.ts';
import type { ScanResult } from './malware-scan.ts';
import type { MetricName } from './metrics.ts';
import type { FeedId } from './names.ts';
import type { Notice } from './notices.ts';
import type { PinnedUpload } from './request.ts';
import type { FeedChecks } from './validation/checks.ts';
import type { FileSource } from './validation/source.ts';

/** Product time; nothing else in core tells the time. */
export interface Clock {
  now(): Date;
}

/** Waits so many milliseconds. */
export type Pause = (ms: number) => Promise<void>;

/** Fresh, unguessable ids. */
export interface Ids {
  next(): string;
}

/** SHA-256 of a text as lower-case hex. */
export type Digest = (text: string) => string;

/** The feeds of this deployment. */
export interface Feeds {
  /** Undefined when the deployment has no such feed. */
  find(id: FeedId): Promise<{ feed: Feed; hash: string } | undefined>;
  /** In the order of their names. */
  all(): Promise<readonly Feed[]>;
}

/** The rules that feeds bring themselves. */
export interface Checks {
  /** @param file `file.checks` of the feed */
  load(id: FeedId, file: string): Promise<FeedChecks>;
}

/** A ledger document with the tag that a later conditional write names. */
export interface Stored {
  readonly body: unknown;
  readonly etag: string;
}

/** S3 as a ledger: strongly consistent, conditional writes, every version kept. */
export interface Ledger {
  /** Undefined when absent. */
  find(key: string): Promise<Stored | undefined>;
  /** False when the key already exists (`If-None-Match: *`). */
  create(key: string, body: unknown): Promise<boolean>;
  /** False when the document is no longer the one with this tag (`If-Match`). */
  replace(key: string, body: unknown, etag: string): Promise<boolean>;
  put(key: string, body: unknown): Promise<void>;
  /** Keys under a prefix, in key order. */
  list(prefix: string): Promise<string[]>;
}

/** Where partners' files land. */
export interface Landing {
  /** Every upload under a prefix, pinned; in key order. */
  find(prefix: string): Promise<PinnedUpload[]>;
  /** Every upload that there is, pinned. */
  all(): AsyncIterable<PinnedUpload>;
  /** The bytes of exactly this version. */
  open(upload: PinnedUpload): FileSource;
  /** What S3 keeps as the checksum of this version: `SHA256 <base64>`; undefined where it has none. */
  checksum(upload: PinnedUpload): Promise<string | undefined>;
  /** What the malware scanner wrote on this version; undefined as long as it has not. */
  scanResult(upload: PinnedUpload): Promise<ScanResult | undefined>;
}

/** Copies one pinned version somewhere. A copy that is already there is left alone. */
export interface Copier {
  copy(upload: PinnedUpload, toKey: string): Promise<void>;
}

/** Signs URLs that can put one key, once. */
export interface Signer {
  /** @param asked when the URL should end, ISO-8601; it never lives longer */
  signPut(key: string, asked: string): Promise<SignedUrl>;
}

/** What an upload is bound to besides its key: all of it is signed, so the sender must send exactly that. */
export interface UploadTerms {
  readonly contentType: string;
  readonly contentEncoding?: 'gzip';
  readonly sizeBytes: number;
  /** Base64. */
  readonly sha256: string;
}

/** A URL, until when it works, and every header that whoever uses it must send. */
export interface SignedUrl {
  readonly url: string;
  /** ISO-8601. */
  readonly expiresAt: string;
  readonly requiredHeaders: Readonly<Record<string, string>>;
}

/** A part that S3 has. */
export interface ReceivedPart {
  readonly partNumber: number;
  readonly size: number;
  /** Base64. */
  readonly sha256: string;
}

/** Lets one file be put, in one piece or in parts, once; each call acts with a session for that one key. */
export interface Intake {
  /** @param until ISO-8601; the URL never lives longer */
  signPut(key: string, terms: UploadTerms, until: string): Promise<SignedUrl>;
  /** @returns S3's id of the upload */
  begin(key: string, terms: Pick<UploadTerms, 'contentType' | 'contentEncoding'>): Promise<string>;
  signParts(
    key: string,
    multipartId: string,
    parts: readonly ReceivedPart[],
    until: string,
  ): Promise<readonly (SignedUrl & { readonly partNumber: number })[]>;
  /** Undefined when S3 knows no such upload: it was completed or aborted. */
  parts(key: string, multipartId: string): Promise<readonly ReceivedPart[] | undefined>;
  /** `taken` when the key has an object already, `gone` when S3 knows no such upload. */
  complete(key: string, multipartId: string): Promise<'complete' | 'taken' | 'gone'>;
  abort(key: string, multipartId: string): Promise<void>;
}

/** Keeps what people take away of a report. */
export interface Reports {
  put(key: string, text: string, contentType: string): Promise<void>;
}

/** Signs URLs that get one object, to be saved. */
export interface Downloads {
  sign(object: {
    readonly key: string;
    readonly from: 'ledger' | 'accepted';
    readonly fileName: string;
  }): Promise<SignedUrl>;
}

/** The secrets of links, which nobody stores. */
export interface LinkSecrets {
  secretOf(linkId: string): Promise<string>;
  isGenuine(linkId: string, secret: string): Promise<boolean>;
}

/** Starts executions of the workflow. */
export interface Starter {
  /** False when an execution of that name was started before, with other input. */
  start(name: string, input: unknown): Promise<boolean>;
}

/** One mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Where answers go; the sender's own address otherwise. */
  readonly replyTo?: string;
  /** Names and values of `[A-Za-z0-9_-]` (SES message tags). */
  readonly tags: Readonly<Record<string, string>>;
}

export interface Mailer {
  /** `refused` when the service will never accept this mail; throws when it may later. */
  send(mail: Mail): Promise<{ messageId: string } | { refused: string }>;
}

/** Short messages to a topic. Never carries a URL or a token, but for the short link of a feed that wants it so. */
export interface Notices {
  publish(notice: Notice): Promise<void>;
}

/** Completes waiting tasks. */
export interface Tasks {
  /** `over` when the token's task is no longer waiting: a classified outcome, not a failure. */
  succeed(token: string, output: unknown): Promise<'resumed' | 'over'>;
  fail(token: string, error: string, cause: string): Promise<'resumed' | 'over'>;
}

/** What we may know of another execution. */
export interface Executions {
  /** `unknown`: too young to be seen yet (reads are eventually consistent), or forgotten (after 90 days). */
  state(arn: string): Promise<'running' | 'ended' | 'unknown'>;
}

/** One event of an execution's history, as Step Functions tells it. */
export type ExecutionEvent = Readonly<Record<string, unknown>> & { readonly id: number; readonly type: string };

/** Reads what executions did. */
export interface Histories {
  /** All of it, in order. */
  read(arn: string): Promise<readonly ExecutionEvent[]>;
}

/** A run of the workflow. */
export interface Run {
  readonly arn: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: string;
  /** Of its last end; absent while it goes on. */
  readonly stoppedAt?: string;
  readonly redrives: number;
}

/** Tells of runs, whatever became of them. */
export interface Runs {
  /** All that began at this moment or later. */
  startedSince(since: Date): Promise<readonly Run[]>;
}

/** Who hears of events from outside. */
export type Receiver = 'archive-execution' | 'receive-upload';

/** Hands an event over once more: it is tried, retried and kept like the first. */
export interface HandOver {
  again(to: Receiver, event: unknown): Promise<void>;
}

/** The bucket of evidence: written once, never changed. */
export interface Archive {
  /** Undefined when absent. */
  find(key: string): Promise<string | undefined>;
  /** @returns what is kept: the text of whoever was first */
  keep(key: string, text: string): Promise<string>;
}

/** Signs a document. @returns a JWS in its compact form (RFC 7515) */
export type SignDocument = (document: object) => Promise<string>;

/** Runs executions on from the state that they failed at. */
export interface Redriver {
  /** `refused` says why, in the words of Step Functions. */
  redrive(arn: string): Promise<'redriven' | { readonly refused: string }>;
}

/** The event bus that downstream systems listen on. */
export interface Announcements {
  announce<Type extends AnnouncementType>(
    detailType: Type,
    detail: z.infer<(typeof announcements)[Type]>,
  ): Promise<void>;
}

/** Counts things for dashboards and alarms. */
export interface Metrics {
  /** @param requestId kept beside the count, so that a dashboard can say whose it was */
  count(name: MetricName, requestId?: string): void;
}
