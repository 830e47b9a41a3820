import type { Finding } from '../core/validation/report-document.ts';
import type { FileRules } from '../core/validation/rules.ts';
import { FileUnreadable } from './checksum.ts';

/** What the worker is asked. */
export interface CheckTask {
  readonly file: File;
  /** Without them only the checksum is computed. */
  readonly rules?: FileRules;
  readonly period?: { readonly name: string; readonly from: string; readonly to: string };
}

/** What the worker says: how far it is, then what came of it. */
export interface CheckWord {
  readonly done?: number;
  readonly findings?: readonly Finding[];
  readonly total?: number;
  readonly sha256?: string;
  readonly failed?: 'unreadable' | 'engine';
}

/** What a look at the whole file says. */
export interface Checked {
  readonly findings: readonly Finding[];
  /** Found in all; the findings are the first of each kind. */
  readonly total: number;
  /** Hex; undefined for a file that was not read because of what it is. */
  readonly sha256: string | undefined;
}

/** The browser cannot run the engine: the server looks at the beginning of the file instead. */
export class NoEngine extends Error {}

/**
 * Checks a whole file beside the page, and computes its SHA-256 as it is read.
 *
 * @throws FileUnreadable, NoEngine; the abort's reason when cancelled
 */
export const checkFile = (
  task: CheckTask,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(bytes: number): void },
): Promise<Checked> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { type: 'module' });
    const end = (finish: () => void): void => {
      worker.terminate();
      finish();
    };
    signal.addEventListener('abort', () => end(() => reject(signal.reason)));
    worker.addEventListener('error', () => end(() => reject(new NoEngine())));
    worker.addEventListener('message', ({ data }: MessageEvent<CheckWord>) => {
      const { done, findings, total = 0, sha256, failed } = data;
      if (done !== undefined) onProgress(done);
      else if (findings) end(() => resolve({ findings, total, sha256 }));
      else end(() => reject(failed === 'unreadable' ? new FileUnreadable() : new NoEngine()));
    });
    worker.postMessage(task);
  });

/** Where browsers want proof that a script's address is meant, this is the one that is. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}
declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes;
  }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

const workerUrl = (): string => {
  const url = document.querySelector<HTMLMetaElement>('meta[name="check-worker"]')?.content ?? '';
  policy ??= window.trustedTypes?.createPolicy('airlock', { createScriptURL: (one) => one });
  return policy?.createScriptURL(url) ?? url;
};
