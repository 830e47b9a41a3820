import type { FeedChecks } from '../../../core/validation/checks.ts';

export const checks: FeedChecks = {
  'price-of-sample': {
    column: 'price',
    expected: 'a price of 0 for a sample',
    fix: 'set the price to 0, or the kind to order',
    row: ({ kind, price }) => (kind === 'sample' && Number(price) !== 0 ? price : undefined),
  },
};
