import type { Context } from '../context.ts';

/** A request over HTTP, as any client would make it. */
interface PlannedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How one was answered. */
interface MadeRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly body: string;
}

const jobKind = 'local.request';

/** Requests that this machine makes at an instant of product time, so that a test can have two things happen at once. */
export class PlannedRequests {
  /** In the order of their answers; forgotten with the process. */
  readonly made: MadeRequest[] = [];
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    context.jobs.handle(jobKind, async ({ payload }) => {
      await this.#make(payload as PlannedRequest);
      return () => undefined;
    });
  }

  /** @param at milliseconds */
  plan(at: number, { method, url, headers, body }: Record<string, unknown>): void {
    const request: PlannedRequest = {
      method: String(method),
      url: String(url),
      headers: typeof headers === 'object' ? { ...(headers as Record<string, string>) } : {},
      ...(body !== undefined && { body: String(body) }),
    };
    this.#context.jobs.add(jobKind, request.url, request, at);
  }

  async #make({ method, url, headers, body }: PlannedRequest): Promise<void> {
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    this.made.push({ method, url, status: response.status, body: await response.text() });
  }
}
