import type * as z from 'zod/mini';
import type {
  downloadAnswer,
  findingsAnswer,
  LinkAnswer,
  partsAnswer,
  receiptAnswer,
  rulesAnswer,
  UploadAnswer,
} from '../core/api/bodies.ts';

/** What the API answered instead of a result: the last part of its `type`, and its members. */
export class ApiProblem extends Error {
  readonly problem: string;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: string, status: number, detail: string, retryAfterSeconds?: number) {
    super(detail);
    this.problem = problem;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may be answered a little later. */
  get isPassing(): boolean {
    return this.status === 429 || this.status >= 500 || this.problem === 'opening';
  }
}

/** The request did not reach the server, or its answer did not reach us. */
export class ConnectionLost extends Error {}

/** The routes behind one link. https://…/u/<id>#<secret>: the secret never leaves but as a header to our own origin. */
export class LinkApi {
  readonly #path: string;
  readonly #secret: string;

  constructor(linkId: string, secret: string) {
    this.#path = `/links/${encodeURIComponent(linkId)}`;
    this.#secret = secret;
  }

  show(): Promise<LinkAnswer> {
    return this.#ask('GET', '');
  }

  /** @returns whether that is settled: kept, or refused for good */
  noteOpening(): Promise<boolean> {
    return this.#ask('POST', '/opening', {}).then(
      () => true,
      (error: unknown) => error instanceof ApiProblem && !error.isPassing,
    );
  }

  check(file: DeclaredFile, head: string): Promise<z.infer<typeof findingsAnswer>> {
    return this.#ask('POST', '/check', { ...file, head });
  }

  rules(): Promise<z.infer<typeof rulesAnswer>> {
    return this.#ask('GET', '/rules');
  }

  report(file: string): Promise<z.infer<typeof downloadAnswer>> {
    return this.#ask('GET', `/report/${file}`);
  }

  start(file: DeclaredFile, sha256: string): Promise<UploadAnswer> {
    return this.#ask('POST', '/uploads', { ...file, sha256 });
  }

  signPart(uploadId: string, partNumber: number, sha256: string): Promise<z.infer<typeof partsAnswer>> {
    return this.#ask('POST', `/uploads/${uploadId}/parts`, { parts: [{ partNumber, sha256 }] });
  }

  complete(uploadId: string): Promise<z.infer<typeof receiptAnswer>> {
    return this.#ask('POST', `/uploads/${uploadId}/complete`, {});
  }

  abort(uploadId: string): Promise<unknown> {
    return this.#ask('DELETE', `/uploads/${uploadId}`);
  }

  declareNothing(reason: string): Promise<unknown> {
    return this.#ask('POST', '/nothing-to-deliver', { reason });
  }

  askForNewLink(): Promise<unknown> {
    return this.#ask('POST', '/renewal', {});
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#path}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#secret}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
    }).catch(() => {
      throw new ConnectionLost();
    });
    const text = await response.text().catch(() => {
      throw new ConnectionLost();
    });
    if (response.ok) return JSON.parse(text);
    throw problemOf(response, text);
  }
}

/** What a file is called, how large it is, and what the browser takes it for. */
export interface DeclaredFile {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

const problemOf = (response: Response, text: string): ApiProblem => {
  const after = response.headers.get('retry-after');
  const seconds = after === null ? undefined : Number(after);
  try {
    const { type, detail }: { type?: string; detail?: string } = JSON.parse(text);
    return new ApiProblem(String(type).split(':').at(-1) ?? '', response.status, detail ?? '', seconds);
  } catch {
    return new ApiProblem('', response.status, '', seconds);
  }
};
