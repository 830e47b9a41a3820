import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadFeeds } from '../../adapters/feed-files.ts';
import type { Feed } from '../../core/feed.ts';
import { bundleFeeds } from '../../infra/bundle.ts';
import type { Settings } from '../../infra/config.ts';
import { UploadStack } from '../../infra/upload-stack.ts';
import { temporaryFolder } from './airlock.ts';

interface Variation extends Settings {
  readonly feeds?: readonly Feed[];
  /** Source of functions that are to be other than they are. */
  readonly code?: Readonly<Record<string, string>>;
}

/** What the app of all tests was bundled to (synthesize-once.mjs): the code of functions is the same for all feeds. */
const bundled = '.build/test/.build/dev';

/** The app with other settings, feeds or code, ready to be served. */
export const assemblyWith = ({ feeds = loadFeeds('test/feeds'), code = {}, ...settings }: Variation): string => {
  const bundles = join(temporaryFolder(), 'bundles');
  cpSync(bundled, bundles, { recursive: true });
  bundleFeeds(feeds, 'test/feeds', bundles);
  const app = new App({ outdir: temporaryFolder(), stackTraces: false, builtinCloudFormationValidation: false });
  const codeOf = (name: string): string => {
    const source = code[name];
    if (source === undefined) return join(bundles, name);
    const folder = join(temporaryFolder(), name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.cjs'), source);
    return folder;
  };
  new UploadStack(app, `Airlock-${settings.stage ?? 'dev'}`, { ...settings, feeds, codeOf });
  return app.synth().directory;
};
