import { locales } from '../../../core/locales.ts';
import { catalog, isMessage, say } from '../../../core/validation/catalog.ts';
import { excerpt } from '../../../core/validation/excerpt.ts';
import { Findings } from '../../../core/validation/findings.ts';
import { reportAsCsv } from '../../../core/validation/report/csv.ts';
import { reportAsHtml } from '../../../core/validation/report/html.ts';
import { reportAsText } from '../../../core/validation/report/text.ts';
import type { Report } from '../../../core/validation/report-document.ts';
import { DecimalSum } from '../../../core/validation/table/decimal.ts';
import { checked } from '../../corpus/case.ts';

const schemaContent = {
  fields: [{ name: 'id', type: 'integer' }, { name: 'day', type: 'date' }, { name: 'note' }],
};
const subject = {
  title: 'Orders & <more>',
  partner: 'acme',
  period: '2026-11-23',
  requestId: 'acme_orders_2026-11-23',
  attempt: 1,
};
const reportOn = (content: string): Promise<Report> => checked({ content, rules: { schemaContent } });

describe('a report', () => {
  it('shows the cell among its neighbours', async () => {
    const { excerpts } = await reportOn('id,day,note\n1,2026-11-23,a\n2,23.11.2026,"b, c"\n');
    expect(excerpts).toEqual([
      { line: 3, rule: 'cell.type', columns: ['id', 'day', 'note'], cells: ['2', '23.11.2026', 'b, c'], at: 1 },
    ]);
  });

  it('shows no more than twenty rows, however many are wrong', async () => {
    const { excerpts } = await reportOn(`id,day,note\n${'x,y,z\n'.repeat(500)}`);
    expect(excerpts).toHaveLength(20);
  });

  it('says the same in German, where the words are kept by their names', async () => {
    const report = await reportOn('id,day,note\n1,23.11.2026,a\n');
    expect(reportAsText(report, 'de')).toContain('Was erwartet wird: ein Datum wie 2026-11-22');
    expect(reportAsHtml(report, subject, 'de')).toContain('Datumsangaben in dieser Form schreiben');
    expect(reportAsCsv(report, 'de')).toContain('Fehler,cell.type,2,1,day,ein Datum wie 2026-11-22,23.11.2026');
  });

  it('is a page that runs nothing and shows what is in a file as text', async () => {
    const html = reportAsHtml(
      await reportOn('id,day,note\n<script>alert(1)</script>,"""><img src=x>",a\n'),
      subject,
      'en',
    );
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('Orders &amp; &lt;more&gt;');
  });

  it('is a table in which no cell is a formula', async () => {
    const csv = reportAsCsv(await reportOn('id,day,note\n=1+1,@SUM(A1),a\n+1,-2,a\n'), 'en');
    expect(
      csv
        .split('\r\n')
        .flatMap((line) => line.split(','))
        .filter((cell) => /^"?[=+\-@]/.test(cell)),
    ).toEqual([]);
    expect(csv).toContain(`"'=1+1"`);
  });

  it('reads reports that were written before findings had names', () => {
    const finding = {
      rule: 'cell.type',
      severity: 'error',
      line: 2,
      expected: 'a date',
      got: 'x',
      fix: 'write a date',
    } as const;
    const old: Report = {
      version: 1,
      valid: false,
      bytes: 1,
      sha256: '',
      findings: [finding],
      totals: { 'cell.type': 1 },
    };
    expect(reportAsText(old, 'de')).toContain('Was erwartet wird: a date');
  });
});

describe('the catalog', () => {
  it.each(Object.keys(catalog))('%s says what it is filled with in every language alike', (id) => {
    if (!isMessage(id)) throw new Error(id);
    const [first, ...others] = locales.map((locale) =>
      [...new Set(JSON.stringify(say(id, {}, locale)).match(/\{\w+\}/g))].sort().join(),
    );
    for (const other of others) expect(other).toBe(first);
  });
});

describe('findings', () => {
  it('of a rule that is tolerated are warnings, as long as there are few enough', () => {
    const findings = new Findings({ tolerate: { 'cell.type': 0.01 } });
    findings.add('cell.type#integer', {}, { line: 2, row: 1 }, 'x');
    findings.add('cell.type#date', { example: '' }, { line: 2, row: 1 }, 'y');
    expect(findings.conclude(100).valid).toBe(true);
    expect(findings.conclude(99).valid).toBe(false);
  });

  it('show no half of a character and nothing that hides', () => {
    expect(excerpt('a\u202eb\u0000c', 80)).toBe('a·b·c');
    expect(excerpt('a🙂🙂', 3)).toBe('a·…');
  });
});

describe('a sum', () => {
  it.each([
    [['0.1', '0.2'], '0.3'],
    [['12.50', '-2', '1000000000000000000000.01'], '1000000000000000000010.51'],
    [['-1', '0.5'], '-0.5'],
    [[], '0'],
  ])('of %j is exactly %s', (values, expected) => {
    const sum = new DecimalSum();
    for (const value of values) sum.add(value);
    expect(sum.toString()).toBe(expected);
    expect(sum.equals(`${expected}${expected.includes('.') ? '0' : '.0'}`)).toBe(true);
  });
});
