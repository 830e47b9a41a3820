import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The app could not be synthesized; the message is the app's own. */
export class SynthError extends Error {
  override readonly name = 'SynthError';
}

const root = join(import.meta.dirname, '..');
const cdk = join(root, 'node_modules/aws-cdk/bin/cdk');

/** Runs `cdk synth` for the stage `dev`. @throws SynthError */
export const synthesize = async (feeds: string, smoke: boolean, output: string): Promise<void> => {
  const context = ['-c', `feeds=${feeds}`, '-c', 'stage=dev', '-c', `smoke=${smoke}`];
  const args = [cdk, 'synth', '--quiet', '--output', output, ...context];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new SynthError(errors.trim());
};
