import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const validate = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const all = ['--disable-warning=ExperimentalWarning', 'cli/main.ts', 'validate', ...args];
    execFile(process.execPath, all, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });

describe('airlock validate', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'airlock-validate-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (content: string, name = 'orders.csv'): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const feed = ['--feed', 'acme/daily-orders'];

  it('takes the good example of a feed, without any deployment', async () => {
    const { code, out } = await validate('feeds/acme/daily-orders.good.csv', ...feed);
    expect(out).toMatch(/^The file is valid\. Nothing was found\./);
    expect(code).toBe(0);
  });

  it('says what is wrong with a file, shows the cell in its row, and ends with 1', async () => {
    const header = 'order_id,order_date,customer,country,quantity,amount\n';
    const { code, out } = await validate(file(`${header}A-100001,22.11.2026,Müller,DE,1,"1,50"\n`), ...feed);
    expect(code).toBe(1);
    expect(out).toContain('error  line 2, row 1, order_date, cell.type');
    expect(out).toContain('What to do: use a point for decimals and nothing between thousands');
    expect(out).toMatch(/A-100001 │ 22\.11\.2026 │ Müller/);
    expect(out).toMatch(/ +\^{10}\n/);
  });

  it('writes the whole report as a page and as a table, in German too', async () => {
    const [html, csv] = [join(folder, 'report.html'), join(folder, 'report.csv')];
    await validate(file('order_id\n'), ...feed, '--html', html, '--csv', csv, '--locale', 'de');
    expect(readFileSync(html, 'utf8')).toContain('<html lang="de">');
    expect(readFileSync(csv, 'utf8')).toContain('Abhilfe');
  });

  it('compares a checksum that lies beside the file', async () => {
    const content = readFileSync('feeds/acme/daily-orders.good.csv', 'utf8');
    const path = file(content);
    writeFileSync(`${path}.sha256`, `${createHash('sha256').update(content).digest('hex')}  orders.csv\n`);
    expect((await validate(path, ...feed)).code).toBe(0);
    writeFileSync(`${path}.sha256`, `${'0'.repeat(64)}  orders.csv\n`);
    expect((await validate(path, ...feed, '--json')).out).toContain('checksum.mismatch');
  });

  it.each([
    [
      'a feed that there is not',
      ['x.csv', '--feed', 'acme/nothing'],
      '--feed: got acme/nothing, allowed acme/daily-orders',
    ],
    ['a file that there is not', ['/nowhere.csv', ...['--feed', 'acme/daily-orders']], '/nowhere.csv cannot be read'],
    ['no file', [...['--feed', 'acme/daily-orders']], 'got no file'],
    [
      'a language it does not speak',
      ['x.csv', '--feed', 'acme/daily-orders', '--locale', 'fr'],
      '--locale: got fr, allowed en or de',
    ],
    ['a period that is none', ['x.csv', '--feed', 'acme/daily-orders', '--period', 'today'], '--period: got today'],
  ])('refuses %s with words, and ends with 2', async (_, args, said) => {
    const { code, err } = await validate(...args);
    expect(err).toContain(said);
    expect(code).toBe(2);
  });
});
