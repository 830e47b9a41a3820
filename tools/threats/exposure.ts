import { maxLifetimeSeconds } from '../../adapters/presign.ts';
import type { Feed } from '../../core/feed.ts';
import { occurrencesOf } from '../../core/schedule/deliveries.ts';

/** What of one feed somebody could get at, and for how long. */
export interface Exposure {
  /** `partner/feed` */
  readonly feed: string;
  /** What the mail to the partner carries; both are bearer secrets. */
  readonly secret: 'link' | 'URL';
  /** For how long one of them works, if nobody sends a file or revokes it. */
  readonly worksSeconds: number;
  /** Mailboxes that are or may be sent it. */
  readonly mailboxes: number;
  /** Whether whoever subscribes to the topic of notices is sent it too. */
  readonly onTopic: boolean;
  /** Deliveries in a month, of the year that is looked at; 0 where the schedule is off. */
  readonly requestsPerMonth: number;
  /** Hours a month in which some secret of this feed works, if every file comes as late as it may. */
  readonly openHoursPerMonth: number;
  /** The most that a holder can have stored by one request: one file for each attempt. */
  readonly mostBytesPerRequest: number;
}

const yearMs = 365 * 86_400_000;

/** @param from the year that is looked at begins here, in milliseconds since 1970 */
export const exposureOf = (feed: Feed, from: number): Exposure => {
  const { closeSeconds } = feed.window;
  const isByLink = feed.delivery.mode === 'link';
  const requestsPerMonth = deliveriesInYear(feed, from) / 12;
  return {
    feed: `${feed.partner}/${feed.feed}`,
    secret: isByLink ? 'link' : 'URL',
    worksSeconds: isByLink ? closeSeconds : Math.min(closeSeconds, maxLifetimeSeconds.PUT),
    mailboxes: mailboxesOf(feed).size,
    onTopic: isByLink && feed.delivery.channels.includes('sns'),
    requestsPerMonth,
    openHoursPerMonth: (requestsPerMonth * closeSeconds) / 3600,
    mostBytesPerRequest: feed.attempts * feed.file.maxBytes,
  };
};

/** That are sent the secrets of a feed: the partner's, and those that are asked where mail does not reach it. */
export const mailboxesOf = ({ contacts }: Feed): ReadonlySet<string> =>
  new Set([...contacts.partner, ...contacts.backup].map(({ email }) => email.toLowerCase()));

const deliveriesInYear = ({ schedule }: Feed, from: number): number =>
  schedule.enabled
    ? occurrencesOf(schedule, { from, to: from + yearMs, createdAt: from }).filter(({ kind }) => kind === 'delivery')
        .length
    : 0;
