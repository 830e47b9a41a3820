import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { checksFolder, checksModule, feedsFolder, pageFolder } from '../core/environment.ts';
import type { Feed } from '../core/feed.ts';
import { bundlePage } from './page.ts';

const root = join(import.meta.dirname, '..');

/** Every function there is: the names of `handlers/*.lambda.ts`. */
export const handlerNames = (): string[] =>
  readdirSync(join(root, 'handlers'))
    .filter((name) => name.endsWith('.lambda.ts'))
    .map((name) => name.replace('.lambda.ts', ''))
    .sort();

/** What the partners' API loads when somebody asks for it: by a name of package.json's `imports`, in its folder as here. */
const checkHead = { name: '#check-head', source: 'core/validation/check-head.ts', of: 'answer-partner' } as const;

/**
 * How a function becomes one file. `mainFields` prefers ES modules: the SDK's bundles are a quarter smaller that way. Names of
 * classes are not kept: errors say theirs themselves.
 */
export const intoOneFile = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  charset: 'utf8',
  external: [checkHead.name],
  alias: { '@aws-sdk/credential-provider-node': './infra/lambda-credentials.ts' },
  legalComments: 'none',
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * Bundles all functions in one esbuild run (one process per function would take ten times as long) and puts the
 * compiled feeds and the partners' page beside those that need them.
 *
 * @param folder of the feeds: their own rules lie beside them
 * @returns the folder of each function's code
 */
export const bundleHandlers = (feeds: readonly Feed[], folder: string, out: string): ((name: string) => string) => {
  rmSync(out, { recursive: true, force: true });
  buildSync({
    ...intoOneFile,
    entryPoints: {
      ...Object.fromEntries(handlerNames().map((name) => [`${name}/index`, `handlers/${name}.lambda.ts`])),
      [`${checkHead.of}/check-head`]: checkHead.source,
    },
    outdir: out,
    outExtension: { '.js': '.cjs' },
  });
  const imports = { [checkHead.name]: './check-head.cjs' };
  writeFileSync(join(out, checkHead.of, 'package.json'), JSON.stringify({ imports }));
  bundlePage(join(out, 'answer-page', pageFolder));
  bundleFeeds(feeds, folder, out);
  return (name) => join(out, name);
};

/** Puts feeds, and their own rules, beside bundles; what was there of other feeds goes. */
export const bundleFeeds = (feeds: readonly Feed[], folder: string, out: string): void => {
  for (const reader of readersOfFeeds) writeFeeds(feeds, join(out, reader, feedsFolder));
  const checks = join(out, 'validate-upload', checksFolder);
  rmSync(checks, { recursive: true, force: true });
  for (const feed of feeds) bundleChecks(feed, folder, checks);
};

/** A feed's own rules, bundled with what they import. */
const bundleChecks = ({ partner, feed, file }: Feed, folder: string, out: string): void => {
  if (file.checks === undefined) return;
  buildSync({
    absWorkingDir: root,
    entryPoints: [join(folder, partner, file.checks)],
    outfile: join(out, checksModule({ partner, feed }, file.checks)),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
  });
};

/** The functions that know feeds before a request is open. */
const readersOfFeeds = ['open-request', 'watch-starts', 'answer-operator'];

const writeFeeds = (feeds: readonly Feed[], out: string): void => {
  rmSync(out, { recursive: true, force: true });
  // A deployment without feeds has the folder too.
  mkdirSync(out, { recursive: true });
  for (const feed of feeds) {
    const folder = join(out, feed.partner);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${feed.feed}.json`), JSON.stringify(feed));
  }
};
