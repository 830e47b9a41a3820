import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checksModule } from '../core/environment.ts';
import type { Checks } from '../core/ports.ts';
import type { FeedChecks } from '../core/validation/checks.ts';

/** Feeds' own rules that were bundled at synth, beside the function. */
export const createBundledChecks = (folder: string): Checks => ({
  load: (id, file) => importChecks(join(folder, checksModule(id, file))),
});

/** Feeds' own rules as they stand in a folder of feeds. */
export const createCheckFiles = (feeds: string): Checks => ({
  load: ({ partner }, file) => importChecks(join(feeds, partner, file)),
});

/** @throws Error when the module does not export `checks` */
const importChecks = async (path: string): Promise<FeedChecks> => {
  const module: { checks?: FeedChecks } = await import(pathToFileURL(path).href);
  if (typeof module.checks !== 'object') throw new Error(`${path} exports no checks: export const checks: FeedChecks`);
  return module.checks;
};
