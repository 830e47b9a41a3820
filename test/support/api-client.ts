import { createHash } from 'node:crypto';
import aws4 from 'aws4';
import * as z from 'zod/mini';
import { type LinkAnswer, problemAnswerBody, type UploadAnswer } from '../../core/api/bodies.ts';
import { type Route, routeKeys, routes } from '../../core/api/routes.ts';
import type { Airlock } from './airlock.ts';

/** What the API answered. */
export interface ApiAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly state?: string;
  readonly missing?: number[];
  readonly findings?: { rule: string; got: string }[];
}

/** Reads an answer, and holds it against what the table of routes, and so docs/openapi.json, says of it. */
const answerOf = async <T>(method: string, path: string, response: Response): Promise<ApiAnswer<T & Problem>> => {
  const text = await response.text();
  const body = text === '' ? {} : JSON.parse(text);
  const route = routeOf(method, path);
  if (route && response.ok) z.parse(route.answer, body);
  if (route && response.headers.get('content-type') === 'application/problem+json') {
    z.parse(problemAnswerBody, body);
    const name = String(body.type).replace('urn:airlock:problem:', '');
    const known: readonly string[] = [...route.problems, 'unavailable', 'internal-error'];
    if (!known.includes(name)) throw new Error(`${method} ${path} answered ${name}, which its route does not tell`);
  }
  return { status: response.status, headers: response.headers, body };
};

const routeOf = (method: string, path: string) => {
  const key = routeKeys.find((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(`${method} ${path}`));
  const route: Route | undefined = key && routes[key];
  return route?.answer && { answer: route.answer, problems: route.problems };
};

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('base64');

/** The routes behind a link, as any program uses them. */
export class LinkClient {
  readonly #origin: string;
  readonly linkId: string;
  readonly secret: string;

  constructor(link: string) {
    const url = new URL(link);
    this.#origin = url.origin;
    this.linkId = url.pathname.split('/').at(-1) ?? '';
    this.secret = url.hash.slice(1);
  }

  async ask<T>(method: string, path = '', body?: unknown, secret = this.secret): Promise<ApiAnswer<T & Problem>> {
    const response = await fetch(`${this.#origin}/links/${this.linkId}${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return answerOf<T>(method, `/links/${this.linkId}${path}`, response);
  }

  show() {
    return this.ask<LinkAnswer>('GET');
  }

  start(content: Uint8Array | string, more: object = {}) {
    const size = Buffer.byteLength(content);
    const file = { name: 'orders.csv', size, type: 'text/csv', sha256: sha256(content), ...more };
    return this.ask<UploadAnswer>('POST', '/uploads', file);
  }

  /** URL and headers of one part of a content. */
  async signPart(uploadId: string, partNumber: number, piece: Uint8Array) {
    const { body } = await this.ask<{ parts: { url: string; headers: Record<string, string> }[] }>(
      'POST',
      `/uploads/${uploadId}/parts`,
      { parts: [{ partNumber, sha256: sha256(piece) }] },
    );
    const [part] = body.parts ?? [];
    if (!part) throw new Error(JSON.stringify(body));
    return part;
  }

  async sendPart(uploadId: string, partNumber: number, piece: Uint8Array<ArrayBuffer>): Promise<number> {
    const { url, headers } = await this.signPart(uploadId, partNumber, piece);
    return (await fetch(url, { method: 'PUT', headers, body: piece })).status;
  }

  /** The whole way, in one piece or in parts. @returns the status of the last step */
  async upload(content: Uint8Array<ArrayBuffer> | string, more: object = {}): Promise<number> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const { status, body } = await this.start(bytes, more);
    if (body.put) return (await fetch(body.put.url, { method: 'PUT', headers: body.put.headers, body: bytes })).status;
    if (!body.multipart) return status;
    const { partBytes, parts } = body.multipart;
    for (let number = 1; number <= parts; number += 1) {
      await this.sendPart(body.uploadId, number, bytes.subarray((number - 1) * partBytes, number * partBytes));
    }
    return (await this.ask('POST', `/uploads/${body.uploadId}/complete`, {})).status;
  }
}

/** A route of operators, signed by SigV4 as the person at the keyboard. */
export const askAsOperator = async <T>(
  airlock: Airlock,
  method: string,
  path: string,
  body?: unknown,
  keys = { accessKeyId: 'local', secretAccessKey: 'local' },
): Promise<ApiAnswer<T & Problem>> => {
  const url = new URL(airlock.status.outputs.PageUrl ?? '');
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signed = aws4.sign(
    {
      host: url.host,
      path,
      method,
      service: 'execute-api',
      region: airlock.status.region,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }) },
      ...(text !== undefined && { body: text }),
    },
    keys,
  );
  const headers = Object.entries(signed.headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const response = await fetch(`${url.origin}${path}`, { method, headers, ...(text !== undefined && { body: text }) });
  return answerOf<T>(method, path, response);
};
