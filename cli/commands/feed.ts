import type * as z from 'zod/mini';
import type { addressesAnswer, feedAnswer, feedsAnswer } from '../../core/api/bodies.ts';
import { type FeedId, idPattern } from '../../core/names.ts';
import { operatorApi } from '../api.ts';
import { CliError } from '../deployment.ts';
import { type Invocation, print } from '../invocation.ts';
import { reasonOf, untilOf } from './request.ts';

/** The feeds of a deployment, and which are paused. */
export const feedList = async (invocation: Invocation): Promise<boolean> => {
  const api = await operatorApi(invocation);
  const { feeds } = await api.ask<z.infer<typeof feedsAnswer>>('GET', '/feeds');
  if (invocation.asJson) {
    print(JSON.stringify(feeds));
    return true;
  }
  const width = Math.max(4, ...feeds.map(({ feed }) => feed.length));
  for (const { feed, title, expression, timezone, enabled, paused } of feeds) {
    const until = paused?.until === undefined ? '' : ` until ${paused.until}`;
    const state = paused ? `paused by ${paused.by}${until}: ${paused.reason}` : enabled ? '' : 'disabled';
    print(`${feed.padEnd(width)}  ${expression} ${timezone}  ${title}${state && `  (${state})`}`);
  }
  return true;
};

/** How a feed has done: its newest requests, and their punctuality. */
export const feedShow = async (invocation: Invocation): Promise<boolean> => {
  const { partner, feed } = feedOf('show', invocation);
  const api = await operatorApi(invocation);
  const shown = await api.ask<z.infer<typeof feedAnswer>>('GET', `/feeds/${partner}/${feed}`);
  if (invocation.asJson) {
    print(JSON.stringify(shown));
    return true;
  }
  const { title, expression, timezone, requests, punctuality } = shown;
  print(`${partner}/${feed}: ${title}, ${expression} ${timezone}\n`);
  for (const { period, state, dueAt, outcome = '' } of requests) {
    print(`${period.padEnd(16)}  ${state.padEnd(8)}  due ${dueAt.slice(0, 16)}Z  ${outcome}`);
  }
  const { onTime, late, missed, rejected, waived, shareOnTime } = punctuality;
  const share = shareOnTime === undefined ? '' : `; ${Math.round(shareOnTime * 100)} % on time`;
  print(`\n${onTime} on time, ${late} late, ${missed} missed, ${rejected} rejected, ${waived} waived${share}`);
  return true;
};

/** Whether the feeds of a folder can be deployed. */
export const feedCheck = async ({ flags, asJson }: Invocation): Promise<boolean> => {
  const { FeedErrors, loadFeeds } = await import('../../adapters/feed-files.ts');
  try {
    const feeds = loadFeeds(flags.feeds).map(({ partner, feed }) => `${partner}/${feed}`);
    print(
      asJson ? JSON.stringify({ feeds }) : `${feeds.length} feeds in ${flags.feeds} are right: ${feeds.join(', ')}`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof FeedErrors)) throw error;
    print(asJson ? JSON.stringify({ problems: error.message.split('\n') }) : error.message);
    return false;
  }
};

/** @throws CliError for what is no feed's name */
const feedOf = (verb: string, { command: [, , name = ''] }: Invocation): FeedId => {
  const [partner = '', feed = '', ...rest] = name.split('/');
  if (idPattern.test(partner) && idPattern.test(feed) && rest.length === 0) return { partner, feed };
  throw new CliError(`feed ${verb}: got "${name}", allowed partner/feed`);
};

const pauseOrResume =
  (verb: 'pause' | 'resume', said: string) =>
  async (invocation: Invocation): Promise<boolean> => {
    const { partner, feed } = feedOf(verb, invocation);
    const api = await operatorApi(invocation);
    const body = { reason: reasonOf(invocation.flags), ...(await untilOf(invocation)) };
    await api.ask('POST', `/feeds/${partner}/${feed}/${verb}`, body);
    print(invocation.asJson ? '{"done":true}' : `${partner}/${feed}: ${said}`);
    return true;
  };

export const feedPause = pauseOrResume('pause', 'paused: its schedule opens no requests; what is open goes on');
export const feedResume = pauseOrResume('resume', 'goes on with its schedule');

/** Contacts whose mail came back. */
export const addressList = async (invocation: Invocation): Promise<boolean> => {
  const api = await operatorApi(invocation);
  const { addresses } = await api.ask<z.infer<typeof addressesAnswer>>('GET', '/addresses');
  if (invocation.asJson) print(JSON.stringify(addresses));
  else for (const { person, at, reason, requestId } of addresses) print(`${person}  ${at}  ${requestId}  ${reason}`);
  if (!invocation.asJson) print(`${addresses.length} dead; people/<id>.json in the ledger has the address`);
  return true;
};

/** Has mail go to a contact again. */
export const addressClear = async (invocation: Invocation): Promise<boolean> => {
  const person = invocation.command[2] ?? '';
  const api = await operatorApi(invocation);
  await api.ask('POST', `/addresses/${encodeURIComponent(person)}/clear`, { reason: reasonOf(invocation.flags) });
  print(invocation.asJson ? '{"done":true}' : `${person}: mail goes there again`);
  return true;
};
