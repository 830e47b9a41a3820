import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page's files as they lie in the bundle, read once; nothing else of the disk can be asked for. */
export const createBundledPage = (folder: string) => {
  const files = new Map(
    readdirSync(folder).map((name) => [
      name,
      { type: types[extname(name)] ?? 'application/octet-stream', text: readFileSync(join(folder, name), 'utf8') },
    ]),
  );
  return { find: (name: string) => files.get(name) };
};
