import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolvedFeed } from '../core/feed.ts';
import { inParallel } from '../core/parallel.ts';
import { parse } from '../core/parse.ts';
import type { Digest, Feeds } from '../core/ports.ts';

/** The feeds that were compiled into the bundle at synth, one JSON file each. */
export const createBundledFeeds = (folder: string, digest: Digest): Feeds => ({
  async find({ partner, feed }) {
    const text = await readFile(join(folder, partner, `${feed}.json`), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    return { feed: parse(resolvedFeed, JSON.parse(text), `feed ${partner}/${feed}`), hash: digest(text) };
  },
  async all() {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
    return inParallel(names, async (name) =>
      parse(resolvedFeed, JSON.parse(await readFile(join(folder, name), 'utf8')), `feed ${name}`),
    );
  },
});
