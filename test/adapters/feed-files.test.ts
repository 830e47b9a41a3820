import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFeeds } from '../../adapters/feed-files.ts';

const folderWith = (...files: string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
  cpSync('feeds', folder, { recursive: true });
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    if (file.endsWith('.yml')) cpSync('feeds/acme/daily-orders.yaml', join(folder, file));
    else writeFileSync(join(folder, file), 'title: X');
  }
  return folder;
};

describe('a folder of feeds', () => {
  it('is read as partners and feeds', () => {
    expect(loadFeeds(folderWith()).map(({ partner, feed }) => `${partner}/${feed}`)).toEqual([
      'acme/daily-orders',
      'globex/monthly-claims',
    ]);
  });

  it.each([
    ['top.yaml', /top\.yaml: allowed <partner>\/<feed>\.yaml; move it there/],
    ['acme/sub/x.yaml', /x\.yaml: allowed <partner>/],
    ['acme/daily-orders.yml', /there are acme\/daily-orders\.yaml and acme\/daily-orders\.yml, allowed one/],
    ['Acme/x.yaml', /got name "Acme", allowed lower-case/],
  ])('is refused with %s: nobody would ever ask for it, or twice', (file, told) => {
    expect(() => loadFeeds(folderWith(file))).toThrow(told);
  });
});
