import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** What the page is made of; each gets the hash of its content into its name, so that it can be kept for ever. */
const entryPoints = { upload: 'web/main.ts', check: 'web/check-worker.ts', style: 'web/style.css' };

const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
  entryNames: '[name]-[hash]',
};

/**
 * Builds the partners' page into a folder: one document, a script, a worker and a style, and nothing from elsewhere.
 * The document names the others.
 */
export const bundlePage = (out: string): void => {
  mkdirSync(out, { recursive: true });
  const { metafile } = buildSync({ ...options, entryPoints, outdir: out, metafile: true });
  const names = new Map(
    Object.entries(metafile?.outputs ?? {}).map(([file, { entryPoint }]) => [entryPoint ?? '', basename(file)]),
  );
  const document = readFileSync(join(root, 'web/index.html'), 'utf8').replaceAll(
    /\{\{(web\/[\w.-]+)\}\}/g,
    (_, source: string) => `/assets/${nameOf(names, source)}`,
  );
  writeFileSync(join(out, 'index.html'), document);
};

const nameOf = (names: ReadonlyMap<string, string>, source: string): string => {
  const name = names.get(source);
  if (name === undefined) throw new Error(`web/index.html names ${source}, which is not built`);
  return name;
};
