import { OperatorApiError } from '../adapters/operator-api.ts';
import { addSeconds, durationSeconds } from '../core/time.ts';
import { ApiError, moveClock } from './api.ts';
import type { Endpoint } from './endpoint.ts';
import { type Order, orderOf } from './pages/request.ts';

/** A button of a page that was pressed. */
export interface Press {
  readonly path: string;
  readonly form: URLSearchParams;
  /** The page that it stands on. */
  readonly referer: string | undefined;
}

/** Does what a button says. @returns the page to show then; a refusal is shown there */
export const press = async (endpoint: Endpoint, { path, form, referer }: Press): Promise<string> => {
  if (path === '/clock/move') {
    await moveClock(endpoint, form.has('next') ? { next: true } : { advance: form.get('advance') });
    return new URL(referer ?? '/', 'http://localhost').pathname;
  }
  const [, id = '', verb = ''] = /^\/requests\/([^/]+)\/([a-z]+)$/.exec(path) ?? [];
  const [, partner = '', feed] = /^\/feeds\/([^/]+)\/([^/]+)\/ask$/.exec(path) ?? [];
  const order = orderOf(verb);
  try {
    if (order) return await giveOrder(endpoint, id, order, form);
    if (feed !== undefined) return await askNow(endpoint, decodeURIComponent(partner), decodeURIComponent(feed));
  } catch (error) {
    if (!(error instanceof OperatorApiError)) throw error;
    return `${order ? `/requests/${id}` : '/feeds'}?refused=${encodeURIComponent(error.message)}`;
  }
  throw new ApiError(404, 'no such button', path, 'those of the pages', 'press one of them');
};

/** Over the API, as the command does; the workflow has taken it in when the page is shown again. */
const giveOrder = async (
  endpoint: Endpoint,
  id: string,
  { verb, needsTime }: Order,
  form: URLSearchParams,
): Promise<string> => {
  const { now } = await endpoint.clock();
  const api = await endpoint.operator();
  await api.ask('POST', `/requests/${id}/${verb}`, {
    reason: form.get('reason') ?? '',
    ...(needsTime && { until: addSeconds(now, durationSeconds(form.get('until') ?? 'PT4H')) }),
  });
  await endpoint.settle();
  return `/requests/${id}`;
};

const askNow = async (endpoint: Endpoint, partner: string, feed: string): Promise<string> => {
  const api = await endpoint.operator();
  const { requestId } = await api.ask<{ requestId: string }>('POST', '/requests', { partner, feed });
  await endpoint.settle();
  return `/requests/${requestId}`;
};
