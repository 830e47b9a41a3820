import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { FeedErrors, loadFeeds } from '../adapters/feed-files.ts';
import { bundleHandlers } from './bundle.ts';
import { checkEverySynth } from './compliance/packs.ts';
import { withDefaults } from './config.ts';
import { SettingError, settingsFromContext } from './setting-rules.ts';
import { UploadStack } from './upload-stack.ts';

/** Two feeds with short windows that nobody schedules: for `npm run smoke`. */
const smokeFeeds = join(import.meta.dirname, 'smoke-feeds');

const synthesize = (): void => {
  const app = new App();
  checkEverySynth(app);
  const { smoke, ...settings } = settingsFromContext(app.node.getAllContext());
  const { stage } = withDefaults(settings);
  const folder = String(app.node.tryGetContext('feeds') ?? 'feeds');
  const feeds = [...loadFeeds(folder), ...(smoke ? loadFeeds(smokeFeeds) : [])];
  const codeOf = bundleHandlers(feeds, folder, join(app.outdir, '..', '.build', stage));
  new UploadStack(app, `Airlock-${stage}`, { ...settings, feeds, codeOf });
  app.synth();
};

try {
  synthesize();
} catch (error) {
  if (!(error instanceof FeedErrors || error instanceof SettingError)) throw error;
  const what = error instanceof FeedErrors ? 'The feeds cannot be used:\n' : '';
  process.stderr.write(`${what}${error.message}\n`);
  process.exitCode = 1;
}
