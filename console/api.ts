import { idPattern } from '../core/names.ts';
import { durationSeconds } from '../core/time.ts';
import { type Endpoint, EndpointError } from './endpoint.ts';

/** An error that says what came, what may come, and what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: { readonly error: string; readonly got: unknown; readonly allowed: string; readonly fix: string };

  constructor(status: number, error: string, got: unknown, allowed: string, fix: string) {
    super(error);
    this.status = status;
    this.body = { error, got, allowed, fix };
  }
}

/** The console's JSON routes. Undefined for a path that is none of them. */
export const createApi = (endpoint: Endpoint) => async (method: string, path: string, body: string) => {
  const route = `${method} ${path}`;
  if (route === 'GET /api/status') return endpoint.status();
  if (route === 'GET /api/emails') return endpoint.emails();
  if (route === 'GET /api/published') return endpoint.published();
  if (route === 'GET /api/clock') return endpoint.clock();
  if (route === 'POST /api/clock') return moveClock(endpoint, parseBody(body));
  if (route === 'GET /api/faults') return endpoint.faults();
  if (route === 'POST /api/faults') return askForFault(endpoint, parseBody(body));
  if (route === 'DELETE /api/faults') return endpoint.noFaults();
  const [, partner, feed] = /^\/api\/feeds\/([^/]+)\/([^/]+)\/run$/.exec(path) ?? [];
  if (method === 'POST' && partner && feed) return runFeed(endpoint, partner, feed, parseBody(body));
  if (!path.startsWith('/api/')) return undefined;
  const allowed =
    'GET /api/status, /api/emails, /api/published, /api/clock, /api/faults; POST /api/clock, /api/faults, /api/feeds/<partner>/<feed>/run; DELETE /api/faults';
  throw new ApiError(404, 'no such route', route, allowed, 'check method and path');
};

const parseBody = (body: string): Record<string, unknown> => {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered below, like any other body that is no object.
  }
  throw new ApiError(400, 'unusable body', body.slice(0, 100), 'a JSON object', 'send JSON such as {"advance":"PT2H"}');
};

const askForFault = async (endpoint: Endpoint, input: Record<string, unknown>) => {
  try {
    return await endpoint.fault(input);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const allowed = 'a fault such as {"point":"function","name":"accept-upload","effect":"timeout","when":"after"}';
    throw new ApiError(400, 'unusable fault', error.message, allowed, 'see Faults in local/README.md');
  }
};

/** Moves the clock by `{advance}`, `{to}` or `{next: true}`. */
export const moveClock = async (endpoint: Endpoint, input: Record<string, unknown>) => {
  if (input.next === true) return endpoint.moveClock({ next: true });
  if (input.advance !== undefined) return endpoint.moveClock({ advanceMs: milliseconds(input.advance) });
  const target = instant('to', input.to);
  const { now } = await endpoint.clock();
  if (target < Date.parse(now)) {
    throw new ApiError(400, 'time only moves forward', input.to, `at least ${now}`, 'give a later time');
  }
  return endpoint.moveClock({ to: new Date(target).toISOString() });
};

const milliseconds = (value: unknown): number => {
  try {
    const seconds = durationSeconds(String(value));
    if (seconds >= 0) return seconds * 1000;
  } catch {
    // Answered below.
  }
  throw new ApiError(400, 'unusable duration', value, 'an ISO-8601 duration such as PT2H or P1D', 'correct "advance"');
};

const instant = (name: string, value: unknown): number => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const allowed = 'an ISO-8601 time such as 2026-11-23T06:00:00Z';
  throw new ApiError(400, 'unusable time', value ?? null, allowed, `correct "${name}"`);
};

/** A task of Step Functions waits at most 99,999,999 seconds. */
const furthestMs = 3 * 365 * 86_400_000;

/** Starts a feed's workflow as its schedule would. */
const runFeed = async (endpoint: Endpoint, partner: string, feed: string, input: Record<string, unknown>) => {
  const fix = 'use the names of a file feeds/<partner>/<feed>.yaml';
  if (!idPattern.test(partner) || !idPattern.test(feed)) {
    throw new ApiError(
      400,
      'unusable name',
      `${partner}/${feed}`,
      'lower-case letters, digits and hyphens, at most 24',
      fix,
    );
  }
  const time = input.scheduledTime === undefined ? undefined : new Date(instant('scheduledTime', input.scheduledTime));
  const { now } = await endpoint.status();
  if (time && time.getTime() - Date.parse(now) > furthestMs) {
    throw new ApiError(
      400,
      'unusable time',
      time.toISOString(),
      'at most three years from now',
      'correct "scheduledTime"',
    );
  }
  try {
    return await endpoint.fire(`${partner}_${feed}`, time?.toISOString());
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    throw new ApiError(404, error.message, `${partner}/${feed}`, 'a feed of this deployment', fix);
  }
};
