import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepareBrowser } from './browser.mjs';

const root = join(import.meta.dirname, '../..');

/** Synthesizes the app with the feeds of the tests. */
export const synthesizeForTests = () => {
  // The runtime and the commands are started hundreds of times: each process takes over what the first compiled.
  process.env.NODE_COMPILE_CACHE ??= join(root, '.build/compile-cache');
  const args = [
    'node_modules/aws-cdk/bin/cdk',
    'synth',
    '--quiet',
    '--output',
    '.build/test/cdk.out',
    '-c',
    'feeds=test/feeds',
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the app cannot be synthesized:\n${stderr}`);
};

/** Once for all suites: the app, and the browser. */
export default async () => {
  synthesizeForTests();
  await prepareBrowser();
};
