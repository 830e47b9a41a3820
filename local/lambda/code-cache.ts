import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const isWritable = (folder: string): boolean => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** More are of code that nobody runs any more. */
const mostFiles = 200;

/**
 * What V8 compiled of functions' code, so that a cold start need not do it again. Named by the code's own hash (CDK names
 * assets by it) and by the version of V8; a file of another is refused by V8 itself.
 */
export class CodeCache {
  readonly #folder: string | undefined;

  /** @param folder undefined for none; one that cannot be written is none either: it only saves time */
  constructor(folder: string | undefined) {
    if (folder === undefined || !isWritable(folder)) return;
    this.#folder = folder;
    const newestFirst = readdirSync(folder)
      .map((name) => ({
        path: join(folder, name),
        at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs,
      }))
      .sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
    for (const { path } of newestFirst.slice(mostFiles)) rmSync(path, { force: true });
  }

  /** Where what was compiled of a handler's file belongs; empty for nowhere. */
  fileFor(handler: string): string {
    if (this.#folder === undefined) return '';
    const asset = basename(dirname(handler)).replace(/^asset\./, '');
    return join(this.#folder, `${asset.slice(0, 32)}-${process.versions.v8}.bin`);
  }
}
