import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Code of the functions, copied beside the data: a version that was published must run for as long as an execution
 * needs it, whatever becomes of the folder it was deployed from.
 */
export class CodeStore {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'code');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** @param asset a folder whose name tells its content (CDK names assets by their hash) */
  keep(asset: string): string {
    const kept = join(this.#folder, basename(asset));
    if (existsSync(kept)) return kept;
    const partial = `${kept}.partial`;
    rmSync(partial, { recursive: true, force: true });
    cpSync(asset, partial, { recursive: true });
    // In one step, so that a crash leaves no half of it under its name.
    renameSync(partial, kept);
    return kept;
  }
}
