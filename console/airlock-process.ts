import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ask } from './ask.ts';
import type { ArmedFault, Email, PublishedMessage, RuntimeStatus } from './endpoint.ts';

const main = join(import.meta.dirname, 'main.ts');

/** `npm start` as a process of its own, driven over the console's HTTP routes as any program would. */
export class AirlockProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(child: ChildProcess, url: string, output: () => string) {
    this.#child = child;
    this.url = url;
    this.#output = output;
  }

  /**
   * @param environment beside this process's own
   * @throws Error with what the process printed, when it did not come up
   */
  static async start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<AirlockProcess> {
    // The flags of `npm start`: a small young generation keeps the memory of a 1 GB transfer below 200 MB.
    const command = [
      '--max-semi-space-size=1',
      '--disable-warning=ExperimentalWarning',
      main,
      '--port',
      '0',
      '--api-port',
      '0',
      '--console-port',
      '0',
      ...args,
    ];
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const onText = (text: string) => {
      output += text;
      const url = /Airlock is ready: (\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onText);
    child.once('exit', (code) => reject(new Error(`Airlock ended with code ${code}:\n${output}`)));
    return new AirlockProcess(child, await promise, () => output);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Everything that it printed so far. */
  get output(): string {
    return this.#output();
  }

  status(): Promise<RuntimeStatus> {
    return this.#ask('GET', 'status');
  }

  emails(): Promise<Email[]> {
    return this.#ask('GET', 'emails');
  }

  published(): Promise<PublishedMessage[]> {
    return this.#ask('GET', 'published');
  }

  /** Moves product time and waits until all that became due has run to its next wait. */
  advance(duration: string): Promise<{ now: string }> {
    return this.#ask('POST', 'clock', { advance: duration });
  }

  run(feed: string, scheduledTime?: string): Promise<{ executionArn: string }> {
    return this.#ask('POST', `feeds/${feed}/run`, scheduledTime === undefined ? {} : { scheduledTime });
  }

  /** Asks for a fault: see local/README.md. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#ask('POST', 'faults', fault);
  }

  noFaults(): Promise<unknown> {
    return this.#ask('DELETE', 'faults');
  }

  faults(): Promise<ArmedFault[]> {
    return this.#ask('GET', 'faults');
  }

  /** Whether the process is no more, or is on its way: a death takes a moment to be told, on a busy machine a long one. */
  async hasDied(): Promise<boolean> {
    for (let looks = 0; looks < 40; looks += 1) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return true;
      await setTimeout(50);
    }
    return false;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await ended;
  }

  async #ask<T>(method: string, route: string, body?: unknown): Promise<T> {
    const { ok, text } = await ask(
      `${this.url}/api/${route}`,
      method,
      body === undefined ? undefined : JSON.stringify(body),
    );
    if (!ok) throw new Error(`${method} /api/${route}: ${text}`);
    return JSON.parse(text);
  }
}

/** The link in a mail to a partner. @throws Error when the mail has none */
export const linkIn = (mail: { readonly text: string } | undefined): string => {
  const link = /^Upload the file: (\S+)$/m.exec(mail?.text ?? '')?.[1];
  if (link === undefined) throw new Error('the mail has no link');
  return link;
};

/** The parts of the curl line in a mail to a partner in direct mode. */
export const curlLineOf = (
  mail: { readonly text: string } | undefined,
): { url: string; headers: Record<string, string>; line: string } => {
  const line = /^curl .*$/m.exec(mail?.text ?? '')?.[0];
  const url = /'(http[^']*)'$/.exec(line ?? '')?.[1];
  if (line === undefined || url === undefined) throw new Error('the mail has no curl line');
  const headers = [...line.matchAll(/-H '([^:]+): ([^']*)'/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return { url, headers: Object.fromEntries(headers), line };
};
