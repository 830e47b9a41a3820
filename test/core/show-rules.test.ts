import { readFeed } from '../../core/feed-rules.ts';
import { toldRules } from '../../core/uploading/show-rules.ts';

const countries = JSON.stringify({
  fields: [{ name: 'country', type: 'string' }],
  foreignKeys: [{ fields: 'country', reference: { resource: 'countries.csv', fields: 'code' } }],
});
const toldOf = (file: object): string => {
  const read = readFeed(
    { partner: 'acme', feed: 'orders' },
    {
      title: 'Orders',
      schedule: { expression: 'cron(0 6 * * ? *)' },
      window: { due: 'PT8H' },
      contacts: { partner: [{ name: 'A', email: 'a@acme.example' }], owner: [{ name: 'B', email: 'b@example.com' }] },
      file,
    },
    (name) => (name === 'countries.csv' ? 'code\nOURS\n' : countries),
  );
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  expect(JSON.stringify(read.feed.file)).toContain('OURS');
  return JSON.stringify(toldRules(read.feed.file));
};
const csv = { format: 'csv', schema: 'countries.json' };

describe('the rules that a partner is told', () => {
  it('say nothing of what other files of ours contain', () => {
    const told = toldOf({ ...csv, extension: 'csv', maxBytes: '1MB' });
    expect(told).toContain('"name":"country"');
    expect(told).not.toContain('OURS');
  });

  it('say nothing of it for the files of a set either', () => {
    const told = toldOf({ format: 'set', extension: 'zip', maxBytes: '1MB', members: [{ name: 'a.csv', ...csv }] });
    expect(told).toContain('"name":"country"');
    expect(told).not.toContain('OURS');
  });
});
