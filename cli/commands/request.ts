import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { requestsDueOn } from '../../adapters/operator-api.ts';
import type { openAnswer, RequestsAnswer, timelineAnswer } from '../../core/api/bodies.ts';
import { parseRequestId } from '../../core/names.ts';
import { periodFor } from '../../core/period.ts';
import { occurrencesOf } from '../../core/schedule/deliveries.ts';
import { durationSeconds, isDay } from '../../core/time.ts';
import { operatorApi } from '../api.ts';
import { CliError } from '../deployment.ts';
import { type Flags, type Invocation, mostUnasked, print } from '../invocation.ts';
import { timeOf } from '../time.ts';

const dayMs = 86_400_000;

/** How far back each of the lists looks, in days. */
const lookBack: Readonly<Record<string, number>> = { today: 0, late: 7, missing: 7 };

/** Requests that are due today or on a date, that are late, or that were missed within a week. */
export const requestList = async (invocation: Invocation): Promise<boolean> => {
  const { due = 'today' } = invocation.flags;
  const days = lookBack[due];
  if (days === undefined && !isDay(due)) {
    throw new CliError(`--due: got ${due}, allowed today, late, missing or a date such as 2026-11-25`);
  }
  const api = await operatorApi(invocation);
  const now = await timeOf(invocation.settings).now();
  const dates =
    days === undefined
      ? [due]
      : Array.from({ length: days + 1 }, (_, back) => new Date(now - back * dayMs).toISOString().slice(0, 10));
  const all: RequestsAnswer['requests'] = [];
  for (const date of dates.reverse()) all.push(...(await requestsDueOn(api, date)));
  const wanted = { late: 'late', missing: 'missed' }[due];
  const shown = wanted === undefined ? all : all.filter(({ state }) => state === wanted);
  if (invocation.asJson) print(JSON.stringify(shown));
  else table(shown);
  return true;
};

const table = (requests: RequestsAnswer['requests']): void => {
  const width = Math.max(7, ...requests.map(({ requestId }) => requestId.length));
  print(`${'request'.padEnd(width)}  ${'state'.padEnd(9)}  ${'due'.padEnd(17)}  what became of it`);
  for (const { requestId, state, dueAt, outcome = '', quiet, generation } of requests) {
    const more = [outcome, generation > 1 && `generation ${generation}`, quiet && `taken on by ${quiet}`].filter(
      Boolean,
    );
    print(`${requestId.padEnd(width)}  ${state.padEnd(9)}  ${dueAt.slice(0, 16)}Z  ${more.join('; ')}`);
  }
  print(`\n${requests.length} ${requests.length === 1 ? 'request' : 'requests'}`);
};

/** All that is known of a request. */
export const requestShow = async (invocation: Invocation): Promise<boolean> => {
  const id = idOf(invocation);
  const api = await operatorApi(invocation);
  const shown = await api.ask<z.infer<typeof timelineAnswer>>('GET', `/requests/${id}/timeline`);
  if (invocation.asJson) {
    print(JSON.stringify(shown));
    return true;
  }
  const waits = shown.waitsFor === undefined ? '' : `, waits for ${shown.waitsFor}, attempt ${shown.attempt}`;
  print(`${shown.requestId}: ${shown.state}${waits}\n`);
  for (const { at, what } of shown.timeline) print(`${at.slice(0, 19)}Z  ${what}`);
  if (shown.planned.length > 0) print('\nplanned');
  for (const { at, kind, to } of shown.planned) print(`${at.slice(0, 19)}Z  ${kind} ${to.join(', ')}`.trimEnd());
  return true;
};

/** Orders that hold until a time. */
const timed: readonly string[] = ['extend', 'snooze'];

/** Orders that say why. */
const order =
  (verb: string, said: string) =>
  async (invocation: Invocation): Promise<boolean> => {
    const id = idOf(invocation);
    const reason = reasonOf(invocation.flags);
    if (timed.includes(verb) && invocation.flags.until === undefined) {
      throw new CliError(
        '--until: got nothing, allowed a time such as 2026-11-25T18:00:00Z, or a duration such as PT4H',
      );
    }
    const api = await operatorApi(invocation);
    const body = { reason, ...(await untilOf(invocation)) };
    const answer = await api.ask<object>('POST', `/requests/${id}/${verb}`, body);
    print(invocation.asJson ? JSON.stringify(answer) : `${id}: ${said}`);
    return true;
  };

export const requestReissue = order('reissue', 'a new link is on its way');
export const requestRevoke = order('revoke', 'every link that was out is revoked');
export const requestWaive = order('waive', 'is being waived');
export const requestAccept = order('accept', 'is being accepted');
export const requestExtend = order('extend', 'the partner is told of the new time');
export const requestAcknowledge = order('acknowledge', 'taken on; the escalations to come alarm nobody more');
export const requestSnooze = order('snooze', 'taken on until then');
export const requestRedrive = order('redrive', 'its execution goes on from where it failed');
export const requestReopen = order('reopen', 'is asked for once more');

/** Opens one request now, by period or scheduled time; or every one of a range of days that was not opened. */
export const requestOpen = async (invocation: Invocation): Promise<boolean> => {
  const { flags } = invocation;
  const [partner = '', feed = ''] = (flags.feed ?? '').split('/');
  if (feed === '') throw new CliError(`--feed: got ${flags.feed ?? 'nothing'}, allowed partner/feed`);
  const periods = await wantedOf(flags);
  const api = await operatorApi(invocation);
  const answers: z.infer<typeof openAnswer>[] = [];
  for (const period of periods) {
    const at = flags.at === undefined ? {} : { scheduledTime: flags.at };
    const answer = await api.ask<z.infer<typeof openAnswer>>('POST', '/requests', {
      partner,
      feed,
      ...(period === undefined ? at : { period }),
      ...(flags.reason !== undefined && { reason: flags.reason }),
    });
    answers.push(answer);
    if (!invocation.asJson) print(`${answer.requestId}: ${answer.opened ? 'opened' : 'was open already'}`);
  }
  // The link is this caller's own, and a secret: it is told to programs only.
  if (invocation.asJson) print(JSON.stringify(answers));
  return true;
};

/** Which periods; undefined is the one of now, or of `--at`. @throws CliError for ways that do not go together */
const wantedOf = async (flags: Flags): Promise<(string | undefined)[]> => {
  const { period, at, from, to, yes } = flags;
  const ways = [period !== undefined, at !== undefined, from !== undefined || to !== undefined];
  if (ways.filter(Boolean).length > 1) {
    throw new CliError('request open: got more than one of --period, --at, and --from with --to; allowed one of them');
  }
  if (from === undefined && to === undefined) return [period];
  const periods = await periodsOf(flags);
  if (periods.length === 0) {
    throw new CliError(
      `--from, --to: got ${from} to ${to}, allowed days on which ${flags.feed} delivers: there are none`,
    );
  }
  if (periods.length > mostUnasked && !yes) {
    throw new CliError(
      `--from, --to: got ${periods.length} periods (${periods[0]} to ${periods.at(-1)}), each a mail to the partner; say --yes where that is meant`,
    );
  }
  return periods;
};

/** The periods that a feed of `--feeds` delivers within `--from` and `--to`. */
const periodsOf = async ({ feed: wanted, feeds: folder, from = '', to = '' }: Flags): Promise<string[]> => {
  if (![from, to].every(isDay)) {
    throw new CliError(
      `--from, --to: got ${from || 'nothing'}, ${to || 'nothing'}, allowed two dates such as 2026-11-01`,
    );
  }
  const { loadFeeds } = await import('../../adapters/feed-files.ts');
  const found = loadFeeds(folder).find(({ partner, feed }) => `${partner}/${feed}` === wanted);
  if (!found) throw new CliError(`--feed: got ${wanted}, allowed a feed of ${folder} (--feeds), to know its days`);
  if (from > to) throw new CliError(`--from, --to: got ${from} after ${to}, allowed the first day and the last`);
  const span = { from: Date.parse(`${from}T00:00:00Z`), to: Date.parse(`${to}T00:00:00Z`) + dayMs };
  return occurrencesOf(found.schedule, span).flatMap((one) =>
    one.kind === 'delivery' ? (periodFor(found, one.forAt) ?? []) : [],
  );
};

/** Sends a file in the partner's place, by a link of the caller's own. */
export const requestUpload = async (invocation: Invocation): Promise<boolean> => {
  const id = idOf(invocation);
  const file = invocation.command[3];
  if (file === undefined) throw new CliError('request upload: got no file; say request upload ID FILE --reason "why"');
  const { partner, feed, period } = parsedId(id);
  const api = await operatorApi(invocation);
  const body = { partner, feed, period, reason: reasonOf(invocation.flags) };
  const { opened, link } = await api.ask<z.infer<typeof openAnswer>>('POST', '/requests', body);
  if (link === undefined) throw new CliError(`${id}: its feed takes no links (delivery.mode: direct); use airlock url`);
  if (opened) await timeOf(invocation.settings).pass(5000);
  const client = join(import.meta.dirname, '../../client/airlock-upload.mjs');
  const child = spawn(process.execPath, [client, link, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
};

const idOf = ({ command }: Invocation): string => {
  const id = command[2] ?? '';
  parsedId(id);
  return id;
};

const parsedId = (id: string) => {
  const key = parseRequestId(id);
  if (key) return key;
  throw new CliError(`got "${id}", allowed the id of a request such as acme_daily-orders_2026-11-23`);
};

export const reasonOf = ({ reason }: Flags): string => {
  if (reason !== undefined) return reason;
  throw new CliError('--reason: got nothing, allowed a sentence that people understand in a year');
};

/** `--until` as an instant: a time, or a duration from now on. */
export const untilOf = async ({ flags: { until }, settings }: Invocation): Promise<{ until?: string }> => {
  if (until === undefined) return {};
  try {
    if (!until.startsWith('P')) return { until: new Date(until).toISOString() };
    const now = await timeOf(settings).now();
    return { until: new Date(now + durationSeconds(until) * 1000).toISOString() };
  } catch {
    throw new CliError(
      `--until: got ${until}, allowed a time such as 2026-11-25T18:00:00Z, or a duration such as PT4H`,
    );
  }
};
