import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFeeds } from '../../adapters/feed-files.ts';

const root = join(import.meta.dirname, '../..');

describe('the feeds in a bundle', () => {
  it('are all read, however few files may be open at once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
    mkdirSync(join(folder, 'acme'));
    const [feed] = loadFeeds('test/feeds');
    for (let index = 0; index < 600; index += 1) {
      writeFileSync(join(folder, 'acme', `f${index}.json`), JSON.stringify({ ...feed, feed: `f${index}` }));
    }
    const code = `import { createBundledFeeds } from './adapters/bundled-feeds.ts';
      const feeds = await createBundledFeeds(${JSON.stringify(folder)}, () => '').all();
      process.stdout.write(String(feeds.length));`;
    // Lambda allows 1,024 descriptors, and some feeds more than that.
    const command = `ulimit -n 256 && exec "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1"`;
    expect(execFileSync('sh', ['-c', command, process.execPath, code], { cwd: root, encoding: 'utf8' })).toBe('600');
    rmSync(folder, { recursive: true });
  });
});
