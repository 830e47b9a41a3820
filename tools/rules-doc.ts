import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalog, isMessage, isOfDeployment, ruleOf, rules } from '../core/validation/catalog.ts';
import { maxFileBytes } from '../core/validation/ceiling.ts';
import { examplesPerRule, mostExcerpts } from '../core/validation/findings.ts';
import { maxUniqueRows } from '../core/validation/kernel/keys.ts';
import { limitsOf } from '../core/validation/rules.ts';
import { defaultSeverity } from '../core/validation/severity.ts';

const number = (value: number): string => value.toLocaleString('en-GB');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\{(\w+)\}/g, '‹$1›');

const messagesOf = (rule: string): string =>
  Object.entries(catalog)
    .filter(([id]) => isMessage(id) && ruleOf(id) === rule)
    .map(
      ([, { en }]) =>
        `| ${cell('got' in en && en.got ? en.got : 'what stands there')} | ${cell(en.expected)} | ${cell(en.fix)} |`,
    )
    .join('\n');

const weightOf = (rule: string): string => {
  if (isOfDeployment(rule))
    return 'An error, where the deployment has uploads scanned (`malwareScan`); no feed can weigh it.';
  const weight = { error: 'An error', warning: 'A warning', off: 'Off' }[defaultSeverity(rule)];
  return `${weight}, unless the feed says otherwise.`;
};

const limits = limitsOf({ maxBytes: 0 });

/** The one that a test runs, as it stands beside a feed. */
const exampleOfChecks = readFileSync(join(import.meta.dirname, '../test/feeds/acme/orders.checks.ts'), 'utf8').replace(
  '../../../core',
  '../../core',
);

const intro = `# Rules for files

Made by \`npm run docs\` from \`core/validation/catalog.ts\`; not to be edited by hand. Every message exists in German too.

A feed says what its files are in \`file\`; the engine says what is wrong by the rules below, with physical line, row and
column, what was expected, what came, and how to mend it. The first ${examplesPerRule} findings of each rule are kept, all of them are
counted, and up to ${mostExcerpts} rows are shown with the cell among its neighbours.

\`\`\`yaml
file:
  format: csv # csv, jsonl, json, parquet, opaque (size and checksum only), set (several files in one ZIP, below)
  extension: csv
  maxBytes: 500MB
  minBytes: 1
  gzip: false # true: it may come as gzip; zip: true, as a ZIP of this one file (and its .sha256)
  schema: orders.schema.json # csv, parquet: Table Schema; json, jsonl: JSON Schema 2020-12
  encoding: utf-8 # or windows-1252, utf-16le, …: what is declared is transcoded
  dialect: { delimiter: ";", quoteChar: '"', header: true } # CSV Dialect: also escapeChar, commentChar, skipInitialSpace
  lineEnds: LF # or CR LF; without it any will do
  rows: { min: 1, max: 1000000, unusual: 50% } # unusual: against the median of the last 20 deliveries, from 5 on
  period: { column: order_date } # every date in it is of the period that is asked for
  totals: { marker: TOTAL, rows: quantity, sums: [amount] } # the last row, whose first field is TOTAL without quotes: how many rows there are, exact sums
  severity: { cell.formula: error, line.blank: "off" } # error, warning or off for any rule
  tolerate: { cell.type: 0.1% } # so many rows may break it: then it is a warning; what ends the reading is always an error
  limits: { record: 1MB, field: 100KB, columns: 10000, unpacked: 500MB, ratio: 200 }
  checks: orders.checks.ts # rules of your own
\`\`\`

**Several files that come together** are one ZIP: complete, or not there. Each file is checked by rules of its own, and every
finding says in which file it is. The partners' page makes the archive of the files that are dropped on it.

\`\`\`yaml
file:
  format: set
  extension: zip
  maxBytes: 500MB # of the archive, and of all that is in it unless limits.unpacked says more
  members:
    - { name: orders.csv, format: csv, schema: orders.schema.json }
    - { name: "items-*.csv", min: 1, max: 20, format: csv, schema: items.schema.json }
    - { name: note.json, min: 0, format: json } # min: 0, it may be missing
\`\`\`

A member takes format (csv, jsonl, json, opaque), schema, encoding, dialect, lineEnds, rows (but for unusual), period, totals, severity and
tolerate, as a file by itself does.

**Table Schema**: all types of 1.0 with their formats, \`constraints\` (with the exclusive bounds of 2.0), \`missingValues\`,
\`primaryKey\`, \`foreignKeys\` of one column against a CSV file beside the feed (at most 128 KiB), and \`fieldsMatch\` of 2.0:
\`exact\` (the default: these columns in this order), \`equal\`, \`subset\`, \`superset\`, \`partial\`. Not taken: \`NaN\` and \`INF\` as
numbers; a \`time\` of format \`any\` is one of the default. **Parquet** is checked by what the file says of itself: columns, types, number of rows.

**Rules of your own**, in TypeScript beside the feed, bundled with it; they run for every row of a csv file, not in the page:

\`\`\`ts
${exampleOfChecks}\`\`\`

**Limits.** One function checks a file in its 15 minutes: at most ${number(maxFileBytes({ format: 'csv' }).bytes / 1e9)} GB of csv or jsonl, ${number(maxFileBytes({ format: 'opaque' }).bytes / 1e9)} GB of opaque files,
${number(maxFileBytes({ format: 'json' }).bytes / 1e6)} MB of json (read whole). A feed that asks for more is refused by \`npm run synth\`. Without \`limits\`: ${number(limits.recordBytes)} bytes a
line, ${number(limits.fieldBytes)} characters a field, ${number(limits.columns)} columns, ${limits.ratio} times its size once decompressed, \`maxBytes\` in all. A unique column
or key is exact up to ${number(maxUniqueRows)} rows; beyond that as long as it ascends. Its table takes up to 75 MB, all else some 40 MB,
whatever the size of the file.

A line has at most 16 MB, a table four unique columns or keys.

**Try it** on a file of yours, without any deployment: \`npm run airlock -- validate FILE --feed acme/daily-orders\`.
`;

/** `docs/rules.md`: every rule there is, in the words that partners read. */
export const rulesDocument = (): string => {
  const sections = rules
    .filter((rule) => rule !== 'custom')
    .map(
      (rule) => `## ${rule}

${weightOf(rule)}

| what came | what is expected | how to mend it |
|---|---|---|
${messagesOf(rule)}
`,
    );
  return `${intro}\n${sections.join('\n')}`;
};
