import { loadFeeds } from '../../adapters/feed-files.ts';
import { type Feed, resolvedFeed } from '../../core/feed.ts';

/**
 * Three feeds of a period an hour, so that an hour of product time makes room for the next requests of each; three, so that
 * what happens once in a request happens three times beside each other. URLs are in the mails: whoever reads one can send.
 */
export const tortureFeeds = (): readonly Feed[] => {
  const orders = loadFeeds('test/feeds').find(({ partner, feed }) => partner === 'acme' && feed === 'orders');
  return ['one', 'two', 'three'].map((feed) =>
    resolvedFeed.parse({
      ...orders,
      feed,
      schedule: { ...orders?.schedule, skip: [], enabled: false },
      period: { unit: 'hour', offset: 0 },
      window: { dueSeconds: 30 * 60, closeSeconds: 50 * 60 },
      reminders: [10 * 60],
      escalation: [{ afterDueSeconds: 0, to: ['owner'] }],
      attempts: 3,
    }),
  );
};
