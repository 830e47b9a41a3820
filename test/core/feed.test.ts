import { readFeed } from '../../core/feed-rules.ts';

const source = {
  title: 'Orders',
  schedule: { expression: 'cron(0 6 ? * MON-FRI *)', timezone: 'Europe/Berlin' },
  window: { due: 'PT50M' },
  contacts: { partner: [{ name: 'A', email: 'a@acme.example' }], owner: [{ name: 'B', email: 'b@example.com' }] },
  file: { format: 'csv', extension: 'csv', maxBytes: '5MB' },
};
const read = (changes: object, schema?: unknown) =>
  readFeed({ partner: 'acme', feed: 'orders' }, { ...source, ...changes }, () =>
    schema === undefined ? undefined : JSON.stringify(schema),
  );
const problem = (changes: object, schema?: unknown): string => {
  const result = read(changes, schema);
  if ('feed' in result) return 'no problem';
  return result.problems.map(({ path, got, allowed }) => `${path}: got ${got}; allowed ${allowed}`).join('\n');
};

describe('a feed', () => {
  it('gets every default', () => {
    expect(read({})).toMatchObject({
      feed: {
        period: { unit: 'day', offset: 0 },
        window: { dueSeconds: 3000, closeSeconds: 3000 },
        delivery: { mode: 'link', channels: ['email'] },
        contacts: { backup: [], oncall: [], partner: [{ locale: 'en' }] },
        reminders: [],
        escalation: [{ afterDueSeconds: 0, to: ['owner'] }],
        attempts: 3,
        file: { maxBytes: 5_000_000, minBytes: 1 },
      },
    });
  });

  it.each([
    ['an unknown key', { windows: {} }, '(whole file): got unknown windows; allowed the documented keys'],
    ['a missing key', { title: undefined }, 'title: got nothing; allowed required: string'],
    [
      'no partner contact',
      { contacts: { ...source.contacts, partner: [] } },
      'contacts.partner: got []; allowed at least one person',
    ],
    [
      'five cron fields',
      { schedule: { expression: 'cron(0 6 * * *)' } },
      'schedule.expression: got "cron(0 6 * * *)"; allowed cron(…) with six fields',
    ],
    [
      'both day fields',
      { schedule: { expression: 'cron(0 6 * * * *)' } },
      'schedule.expression: got "cron(0 6 * * * *)"',
    ],
    [
      'a zone that is none',
      { schedule: { ...source.schedule, timezone: 'Berlin' } },
      'schedule.timezone: got "Berlin"; allowed an IANA time zone',
    ],
    [
      'a line break in an address',
      { contacts: { ...source.contacts, owner: [{ name: 'B', email: 'b@example.com\r\nBcc: x@y.zz' }] } },
      'contacts.owner.0.email',
    ],
    [
      'a display name in an address',
      { contacts: { ...source.contacts, owner: [{ name: 'B', email: 'B <b@example.com>' }] } },
      'contacts.owner.0.email',
    ],
    ['a duration that is none', { window: { due: '4h' } }, 'window.due: got "4h"; allowed an ISO-8601 duration'],
    [
      'a close before the due time',
      { window: { due: 'PT50M', close: 'PT10M' } },
      'window.close: got PT10M; allowed at least window.due (PT50M)',
    ],
    [
      'a reminder at the opening',
      { reminders: ['PT50M'] },
      'reminders.0: got PT50M; allowed more than PT0S and less than window.due',
    ],
    [
      'a rung after the close',
      { escalation: [{ at: 'PT1H', to: ['owner'] }] },
      'escalation.0.at: got PT1H; allowed no later than window.close',
    ],
    [
      'a part of a second',
      { window: { due: 'PT50M0.5S' } },
      'window.due: got "PT50M0.5S"; allowed an ISO-8601 duration of whole',
    ],
    [
      'an offset for a zone',
      { schedule: { ...source.schedule, timezone: '+01:00' } },
      'schedule.timezone: got "+01:00"',
    ],
    [
      'a day that does not exist',
      { schedule: { ...source.schedule, skip: ['2026-02-31'] } },
      'schedule.skip.0: got "2026-02-31"',
    ],
    [
      'a rung to the partner',
      { escalation: [{ at: 'PT0S', to: ['partner'] }] },
      'escalation.0.to.0: got "partner"; allowed owner | oncall',
    ],
    [
      'a set without members',
      { file: { ...source.file, format: 'set', extension: 'zip', schema: undefined } },
      'file.members: got none with format set; allowed members with format set, and only there',
    ],
    [
      'a set that is no ZIP',
      { file: { ...source.file, format: 'set', schema: undefined, members: [{ name: 'a.csv', format: 'csv' }] } },
      'file.extension: got csv; allowed zip: a set comes as one archive',
    ],
    [
      'several files of one name',
      {
        file: {
          format: 'set',
          extension: 'zip',
          maxBytes: '1MB',
          members: [{ name: 'a.csv', format: 'csv', max: 2 }],
        },
      },
      'file.members.0.max: got 2; allowed 1 of a name without *',
    ],
    [
      'rules of a member that do not go together',
      {
        file: {
          format: 'set',
          extension: 'zip',
          maxBytes: '1MB',
          members: [
            { name: 'a.csv', format: 'csv' },
            { name: 'b.json', format: 'json', lineEnds: 'LF' },
          ],
        },
      },
      'file.members.1.lineEnds: got set; allowed only for csv, not for json',
    ],
    [
      'rows of a member compared with those of before',
      {
        file: {
          format: 'set',
          extension: 'zip',
          maxBytes: '1MB',
          members: [{ name: 'a.csv', format: 'csv', rows: { unusual: '50%' } }],
        },
      },
      'file.members.0.rows.unusual: got set; allowed nothing in a set',
    ],
    [
      'more files than are read',
      {
        file: {
          format: 'set',
          extension: 'zip',
          maxBytes: '1MB',
          members: [
            { name: 'a-*.csv', format: 'csv', max: 600 },
            { name: 'b-*.csv', format: 'csv', max: 600 },
          ],
        },
      },
      'file.members: got up to 1200 files; allowed at most 1000 in one archive',
    ],
    [
      'a schema of a member that is not there',
      {
        file: {
          format: 'set',
          extension: 'zip',
          maxBytes: '1MB',
          members: [{ name: 'a.csv', format: 'csv', schema: 'nowhere.json' }],
        },
      },
      'file.members.0.schema: got nowhere.json; allowed a readable JSON file beside the feed',
    ],
    ['a custom period without names', { period: { unit: 'custom' } }, 'period.named: got no names with unit custom'],
    [
      'names for days',
      { period: { named: [{ name: 'q1', from: '2027-01-01', to: '2027-03-31' }] } },
      'period.named: got names with unit day; allowed names with unit custom, and only there',
    ],
    [
      'periods that overlap',
      {
        period: {
          unit: 'custom',
          named: [
            { name: 'q1', from: '2027-01-01', to: '2027-03-31' },
            { name: 'q2', from: '2027-03-31', to: '2027-06-30' },
          ],
        },
      },
      'period.named.1.from: got 2027-03-31; allowed after 2027-03-31',
    ],
    [
      'a period that ends before it begins',
      { period: { unit: 'custom', named: [{ name: 'q1', from: '2027-03-31', to: '2027-01-01' }] } },
      'period.named.0: got 2027-03-31 to 2027-01-01; allowed from no later than to',
    ],
    [
      'a size without unit',
      { file: { ...source.file, maxBytes: '5 megs' } },
      'file.maxBytes: got "5 megs"; allowed a size such as 500MB',
    ],
    [
      'more than one PUT takes, in direct mode',
      { file: { ...source.file, maxBytes: '6GiB' }, delivery: { mode: 'direct' } },
      'file.maxBytes: got 6442450944 bytes; allowed at most 5GiB in direct mode',
    ],
    [
      'more than one function checks in its 15 minutes',
      { file: { ...source.file, maxBytes: '60GB' } },
      'file.maxBytes: got 60GB; allowed at most 45000000000 bytes: one function checks no more',
    ],
    [
      'a JSON document that no function holds in memory',
      { file: { ...source.file, format: 'json', maxBytes: '1GB' } },
      'file.maxBytes: got 1GB; allowed at most 50000000 bytes: a JSON document is read whole',
    ],
    [
      'a record that no function holds',
      { file: { ...source.file, limits: { record: '2GB' } } },
      'file.limits.record: got 2GB; allowed at most 16000000 bytes',
    ],
    [
      'one character for two marks',
      { file: { ...source.file, dialect: { commentChar: '"' } } },
      'file.dialect: got "\\"" twice',
    ],
    [
      'a rule that there is not',
      { file: { ...source.file, severity: { 'cell.tyype': 'warning' } } },
      'file.severity: got cell.tyype; allowed a rule of docs/rules.md',
    ],
    [
      'a period column without a schema',
      { file: { ...source.file, period: { column: 'day' } } },
      'file.period.column: got day; allowed a column of file.schema',
    ],
    [
      'a window that no URL can last',
      { window: { due: 'PT4H' }, delivery: { mode: 'direct' } },
      "window: got 180 minutes without a new URL; allowed at most 55 in direct mode (role chaining ends the signer's session after 1 hour)",
    ],
    ['an unknown mode', { delivery: { mode: 'fax' } }, 'delivery.mode: got "fax"; allowed link | direct'],
    [
      'nothing to deliver in direct mode',
      { delivery: { mode: 'direct', nothingToDeliver: true } },
      'delivery.nothingToDeliver: got true; allowed false in direct mode',
    ],
    [
      'a schema for an opaque file',
      { file: { ...source.file, format: 'opaque', schema: 'x.json' } },
      'file.schema: got x.json; allowed no schema',
    ],
  ])('with %s is refused by path, got and allowed', (_, changes, expected) => {
    expect(problem(changes)).toContain(expected);
  });

  it.each([
    [
      'a type that is not checked',
      { fields: [{ name: 'a', type: 'money' }] },
      'file.schema (s.json) fields.0.type: got "money"',
    ],
    [
      'a pattern that is none',
      { fields: [{ name: 'a', constraints: { pattern: '(' } }] },
      'pattern ( is no regular expression',
    ],
    [
      'a key of two columns elsewhere',
      {
        fields: [{ name: 'a' }, { name: 'b' }],
        foreignKeys: [{ fields: ['a', 'b'], reference: { resource: 'r.csv', fields: ['a', 'b'] } }],
      },
      'only keys of one column are checked',
    ],
    [
      'a bound that is no date',
      { fields: [{ name: 'a', type: 'date', constraints: { minimum: '2026-01' } }] },
      'field "a": 2026-01 is no bound for a date',
    ],
    [
      'five unique columns',
      { fields: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, constraints: { unique: true } })) },
      'file.schema: got 5 unique columns and keys; allowed at most 4',
    ],
    ['a field twice', { fields: [{ name: 'a' }, { name: 'a' }] }, 'field "a" is named twice'],
  ])('whose schema has %s is refused when it is read, not when a file arrives', (_, schema, expected) => {
    expect(problem({ file: { ...source.file, schema: 's.json' } }, schema)).toContain(expected);
  });

  it('whose schema is there and broken is told so, not to write it', () => {
    const file = { ...source.file, schema: 's.json' };
    const result = readFeed({ partner: 'acme', feed: 'orders' }, { ...source, file }, () => '{"fields": [');
    expect('problems' in result && result.problems).toEqual([
      { path: 'file.schema', got: 's.json, which is no JSON', allowed: 'a JSON file', fix: 'mend s.json' },
    ]);
  });
});
