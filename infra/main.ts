import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundleHandlers } from './bundle.ts';
import { stageConfig } from './config.ts';
import { FeedErrors, loadFeeds } from './feeds.ts';
import { UploadStack } from './upload-stack.ts';

const synthesize = (): void => {
  const app = new App();
  const config = stageConfig((key) => app.node.tryGetContext(key));
  const feeds = loadFeeds(String(app.node.tryGetContext('feeds') ?? 'feeds'));
  const codeOf = bundleHandlers(feeds, join(app.outdir, '..', '.build', config.stage));
  new UploadStack(app, `Airlock-${config.stage}`, { config, feeds, codeOf });
  app.synth();
};

try {
  synthesize();
} catch (error) {
  if (!(error instanceof FeedErrors)) throw error;
  process.stderr.write(`The feeds cannot be used:\n${error.message}\n`);
  process.exitCode = 1;
}
