import { execFile } from 'node:child_process';
import type { Airlock } from './airlock.ts';

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `npm run airlock -- …` as a person does, against a running Airlock. */
export const airlockCommand = (airlock: Airlock, ...args: string[]): Promise<Result> => {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const port = new URL(airlock.status.endpoint).port;
  const command = ['--disable-warning=ExperimentalWarning', 'cli/main.ts', ...args, '--local', '--port', port];
  execFile(process.execPath, command, (error, out, err) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
  );
  return promise;
};
