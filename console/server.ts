import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ApiError, createApi, moveClock } from './api.ts';
import type { Endpoint } from './endpoint.ts';
import { type Html, page, styles } from './html.ts';
import { alarmsPage } from './pages/alarms.ts';
import { clockPage } from './pages/clock.ts';
import { executionPage, executionsPage } from './pages/executions.ts';
import { emailPage, findEmail, inboxPage } from './pages/inbox.ts';
import { objectsPage } from './pages/objects.ts';

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
    try {
      refuseStrangers(request);
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const body = await readBody(request);
      const answer = await api(request.method ?? 'GET', path, body);
      if (answer === undefined) await showPage(endpoint, request.method ?? 'GET', path, body, response);
      else sendJson(response, 200, answer);
    } catch (error) {
      const known = error instanceof ApiError ? error : unexpected(error);
      sendJson(response, known.status, known.body);
    }
  });
};

const unexpected = (error: unknown): ApiError => {
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

const showPage = async (
  endpoint: Endpoint,
  method: string,
  path: string,
  body: string,
  response: ServerResponse,
): Promise<void> => {
  if (method === 'POST' && path === '/clock/move') {
    const form = new URLSearchParams(body);
    await moveClock(endpoint, form.has('next') ? { next: true } : { advance: form.get('advance') });
    response.writeHead(303, { location: '/executions' }).end();
    return;
  }
  if (path === '/style.css') {
    response.writeHead(200, { 'content-type': 'text/css' }).end(styles);
    return;
  }
  const [, section = '', id = '', part] = path.split('/').map(decodeURIComponent);
  if (section === 'inbox' && part === 'html') return showMail(endpoint, id, response);
  const { title, content } = await pageOf(endpoint, section, id);
  const { now } = await endpoint.clock();
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policies.page,
    'cache-control': 'no-store',
  });
  response.end(page(title, now, content));
};

const showMail = async (endpoint: Endpoint, id: string, response: ServerResponse): Promise<void> => {
  const email = await findEmail(endpoint, id);
  response.writeHead(email ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policies.mail,
  });
  response.end(email?.html ?? 'no such mail');
};

const pageOf = async (endpoint: Endpoint, section: string, id: string): Promise<{ title: string; content: Html }> => {
  if (section === 'inbox' && id !== '') {
    const email = await findEmail(endpoint, id);
    if (email) return { title: email.subject, content: emailPage(email) };
  } else if (section === 'inbox') return { title: 'Inbox', content: await inboxPage(endpoint) };
  else if (section === 'objects') return { title: 'Objects', content: await objectsPage(endpoint) };
  else if (section === 'alarms') return { title: 'Alarms', content: await alarmsPage(endpoint) };
  else if (section === 'clock') return { title: 'Clock', content: await clockPage(endpoint) };
  else if (section === 'executions' && id !== '') return { title: id, content: await executionPage(endpoint, id) };
  else if (section === '' || section === 'executions')
    return { title: 'Executions', content: await executionsPage(endpoint) };
  throw new ApiError(
    404,
    'no such page',
    `/${section}/${id}`,
    '/executions, /inbox, /objects, /alarms, /clock',
    'follow a link of the header',
  );
};
