import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { OperatorApiError } from '../adapters/operator-api.ts';
import { ApiError, createApi } from './api.ts';
import type { Endpoint } from './endpoint.ts';
import { type Html, html, page, styles } from './html.ts';
import { alarmsPage } from './pages/alarms.ts';
import { clockPage } from './pages/clock.ts';
import { executionPage, executionsPage } from './pages/executions.ts';
import { feedPage, feedsPage } from './pages/feeds.ts';
import { emailPage, findEmail, inboxPage } from './pages/inbox.ts';
import { objectsPage } from './pages/objects.ts';
import { requestPage } from './pages/request.ts';
import { todayPage } from './pages/today.ts';
import { press } from './press.ts';

const maxBodyBytes = 100_000;

/** Nothing from elsewhere, no script at all; mails may style themselves inside their frame. */
const policies = {
  page: "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  mail: "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; sandbox",
};

/** The local console: pages and JSON, for this machine's browser only. */
export const createConsole = (endpoint: Endpoint): Server => {
  const api = createApi(endpoint);
  return createServer(async (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
    try {
      refuseStrangers(request);
      const body = await readBody(request);
      const answer = await api(request.method ?? 'GET', path, body);
      if (answer !== undefined) sendJson(response, 200, answer);
      else if (request.method === 'POST') {
        const form = new URLSearchParams(body);
        const to = await press(endpoint, { path, form, referer: request.headers.referer });
        response.writeHead(303, { location: to }).end();
      } else await showPage(endpoint, path, new URLSearchParams(query).get('refused') ?? '', response);
    } catch (error) {
      const known = error instanceof ApiError ? error : unexpected(error);
      if (path.startsWith('/api/')) sendJson(response, known.status, known.body);
      else await sendAdvice(endpoint, response, known);
    }
  });
};

/** Where even that cannot be shown (the runtime has gone), as JSON. */
const sendAdvice = async (endpoint: Endpoint, response: ServerResponse, known: ApiError): Promise<void> => {
  try {
    await sendPage(endpoint, response, known.status, { title: known.body.error, content: advice(known) });
  } catch {
    sendJson(response, known.status, known.body);
  }
};

const unexpected = (error: unknown): ApiError => {
  if (error instanceof OperatorApiError) {
    return new ApiError(error.status, error.message, null, 'what /today and /feeds list', 'follow a link from there');
  }
  if (error instanceof URIError)
    return new ApiError(400, 'unusable path', null, 'percent-encoded UTF-8', 'check the address');
  if (error instanceof Error && error.name === 'ExecutionDoesNotExist') {
    return new ApiError(404, error.message, null, 'an execution of /executions', 'follow a link from there');
  }
  return new ApiError(
    500,
    error instanceof Error ? error.message : String(error),
    null,
    'an answer',
    'is the runtime still running?',
  );
};

/** The inbox holds upload URLs: a page from elsewhere must not read or press anything here. */
const refuseStrangers = ({ headers }: IncomingMessage): void => {
  const isLocal = (host: string) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
  const { host = '', origin } = headers;
  if (isLocal(host) && (origin === undefined || isLocal(origin.replace(/^http:\/\//, '')))) return;
  throw new ApiError(
    403,
    'refused',
    { host, origin: origin ?? null },
    '127.0.0.1 or localhost',
    'open the console on this machine',
  );
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > maxBodyBytes)
      throw new ApiError(413, 'body too large', body.length, `at most ${maxBodyBytes} bytes`, 'send less');
  }
  return body;
};

const sendJson = (response: ServerResponse, status: number, content: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(content));
};

const showPage = async (endpoint: Endpoint, path: string, refused: string, response: ServerResponse): Promise<void> => {
  if (path === '/style.css') {
    response.writeHead(200, { 'content-type': 'text/css' }).end(styles);
    return;
  }
  const [, section = '', id = '', part] = path.split('/').map(decodeURIComponent);
  if (section === 'inbox' && part === 'html') return showMail(endpoint, id, response);
  await sendPage(endpoint, response, 200, await pageOf(endpoint, { section, id, part, refused }));
};

const sendPage = async (
  endpoint: Endpoint,
  response: ServerResponse,
  status: number,
  { title, content }: Shown,
): Promise<void> => {
  const { now } = await endpoint.clock();
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policies.page,
    'cache-control': 'no-store',
  });
  response.end(page(title, now, content));
};

/** What a person can do about an error. */
const advice = ({ body: { got, allowed, fix } }: ApiError): Html =>
  html`${got === null || got === undefined ? '' : html`<p>Got: <code>${typeof got === 'string' ? got : JSON.stringify(got)}</code></p>`}<p>Allowed: ${allowed}</p><p class="lead">${fix}</p>`;

const showMail = async (endpoint: Endpoint, id: string, response: ServerResponse): Promise<void> => {
  const email = await findEmail(endpoint, id);
  response.writeHead(email ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policies.mail,
  });
  response.end(email?.html ?? 'no such mail');
};

interface Place {
  readonly section: string;
  readonly id: string;
  readonly part: string | undefined;
  /** What an order was refused with. */
  readonly refused: string;
}

interface Shown {
  readonly title: string;
  readonly content: Html;
}

const pageOf = async (endpoint: Endpoint, place: Place): Promise<Shown> => {
  const { section, id, part = '', refused } = place;
  const pages: Readonly<Record<string, () => Promise<Shown | undefined>>> = {
    '': async () => ({ title: 'Today', content: await todayPage(endpoint, '') }),
    today: async () => ({ title: 'Today', content: await todayPage(endpoint, id) }),
    feeds: async () =>
      id === ''
        ? { title: 'Feeds', content: await feedsPage(endpoint, refused) }
        : { title: `${id}/${part}`, content: await feedPage(endpoint, id, part) },
    requests: async () => ({ title: id, content: await requestPage(endpoint, id, refused) }),
    executions: async () =>
      id === ''
        ? { title: 'Executions', content: await executionsPage(endpoint) }
        : { title: id, content: await executionPage(endpoint, id) },
    inbox: async () => {
      if (id === '') return { title: 'Inbox', content: await inboxPage(endpoint) };
      const email = await findEmail(endpoint, id);
      return email && { title: email.subject, content: emailPage(email) };
    },
    objects: async () => ({ title: 'Objects', content: await objectsPage(endpoint) }),
    alarms: async () => ({ title: 'Alarms', content: await alarmsPage(endpoint) }),
    clock: async () => ({ title: 'Clock', content: await clockPage(endpoint) }),
  };
  const shown = Object.hasOwn(pages, section) ? await pages[section]?.() : undefined;
  if (shown) return shown;
  const allowed = '/today, /feeds, /requests/<id>, /executions, /inbox, /objects, /alarms, /clock';
  throw new ApiError(404, 'no such page', `/${section}/${id}`, allowed, 'follow a link of the header');
};
