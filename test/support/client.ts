import { spawn } from 'node:child_process';

export interface ClientResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The one file, run as a partner does. */
export const startClient = (args: readonly string[], { input = '', node = [] as readonly string[] } = {}) => {
  const child = spawn(process.execPath, [...node, 'client/airlock-upload.mjs', ...args]);
  const { promise, resolve } = Promise.withResolvers<ClientResult>();
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text.err += chunk;
  });
  child.on('close', (code) => resolve({ code, ...text }));
  child.stdin.end(input);
  return { child, ended: promise };
};

export const client = (args: readonly string[], input = ''): Promise<ClientResult> =>
  startClient(args, { input }).ended;
