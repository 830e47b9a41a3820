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

/**
 * Has a process say at its end how much memory it held at most, in kB. Of its own: what `getrusage` says of a child begins
 * with what its parent held. Linux only.
 */
export const tellPeak = `data:text/javascript,import{readFileSync}from"node:fs";process.on("exit",()=>process.stderr.write("peak "+/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status","utf8"))[1]+"\\n"))`;

/** What such a process said, in MB. */
export const peakOf = (err: string): number => Number(/peak (\d+)/.exec(err)?.[1]) / 1024;
