import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createOperatorApi, type OperatorApi } from '../adapters/operator-api.ts';
import { ask } from './ask.ts';

/** A mail in the embedded inbox. */
export interface Email {
  readonly id: string;
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly at: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RuntimeStatus {
  readonly now: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What was published to a topic. */
export interface PublishedMessage {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
  /** What subscribers that are programs get instead, by protocol. */
  readonly messages?: Readonly<Record<string, string>>;
  readonly at: string;
}

/** Something that goes wrong on purpose. */
export type ArmedFault = Readonly<Record<string, unknown>> & {
  readonly point: string;
  /** Occasions so far. */
  readonly seen: number;
  readonly struck: number;
};

/** To an instant, by milliseconds from now, or to the next thing that is due. */
export type ClockMove = { readonly to: string } | { readonly advanceMs: number } | { readonly next: true };

/** An answer of the endpoint that is an error. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/** The embedded AWS as the console sees it: AWS clients, and the few routes that AWS has no API for. */
export class Endpoint {
  readonly #keys = { accessKeyId: 'local', secretAccessKey: 'local' };
  readonly #region: string;
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly cloudwatch: CloudWatchClient;
  readonly #url: string;

  constructor(url: string, region: string) {
    this.#url = url;
    this.#region = region;
    const settings = { endpoint: url, region, credentials: this.#keys };
    this.sfn = new SFNClient(settings);
    this.s3 = new S3Client(settings);
    this.cloudwatch = new CloudWatchClient(settings);
  }

  /** The product's own API, as an operator calls it. */
  async operator(): Promise<OperatorApi> {
    const { outputs } = await this.status();
    return createOperatorApi(outputs.PageUrl ?? '', this.#region, this.#keys);
  }

  status(): Promise<RuntimeStatus> {
    return this.#ask('GET', 'status');
  }

  emails(): Promise<Email[]> {
    return this.#ask('GET', 'emails');
  }

  published(): Promise<PublishedMessage[]> {
    return this.#ask('GET', 'published');
  }

  clock(): Promise<{ now: string; nextDueAt: string | null }> {
    return this.#ask('GET', 'clock');
  }

  /** Answers once everything that became due has run to its next wait. */
  moveClock(move: ClockMove): Promise<{ now: string }> {
    return this.#ask('POST', 'clock', move);
  }

  /** Answers once everything that is due now has run to its next wait. */
  settle(): Promise<{ now: string }> {
    return this.#ask('POST', 'settle');
  }

  /** Each fault that was asked for, and how often it has struck. */
  faults(): Promise<ArmedFault[]> {
    return this.#ask('GET', 'faults');
  }

  /** Has something go wrong: see local/README.md, under Faults. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#ask('POST', 'faults', fault);
  }

  noFaults(): Promise<unknown> {
    return this.#ask('DELETE', 'faults');
  }

  /** Fires a schedule as if its time had come. */
  fire(schedule: string, scheduledTime: string | undefined): Promise<{ executionArn: string }> {
    return this.#ask('POST', 'fire', { schedule, ...(scheduledTime !== undefined && { scheduledTime }) });
  }

  async #ask<T>(method: string, route: string, body?: unknown): Promise<T> {
    const { ok, text } = await ask(
      `${this.#url}/_local/${route}`,
      method,
      body === undefined ? undefined : JSON.stringify(body),
    );
    const answer = JSON.parse(text);
    if (!ok) throw new EndpointError(answer.message);
    return answer;
  }
}
