/** The file cannot be read any more: it was moved, changed or taken away after it was chosen. */
export class FileUnreadable extends Error {}

const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

/** SHA-256 of a piece that fits into memory, base64. @throws FileUnreadable */
export const checksumOf = async (piece: Blob): Promise<string> => {
  const bytes = await piece.arrayBuffer().catch(() => {
    throw new FileUnreadable();
  });
  return base64(await crypto.subtle.digest('SHA-256', bytes));
};

/** @throws FileUnreadable */
export const requireReadable = async (piece: Blob): Promise<void> => {
  await piece
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      throw new FileUnreadable();
    });
};

interface WorkerMessage {
  readonly done?: number;
  readonly sha256?: string;
}

/**
 * SHA-256 of a whole file, base64, computed beside the page: browsers can only do it at once, and a file may be large.
 *
 * @throws FileUnreadable
 */
export const checksumOfFile = (
  file: File,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(bytes: number): void },
): Promise<string> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { type: 'module' });
    const end = (finish: () => void): void => {
      worker.terminate();
      finish();
    };
    signal.addEventListener('abort', () => end(() => reject(signal.reason)));
    worker.addEventListener('error', () => end(() => reject(new FileUnreadable())));
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.done !== undefined) onProgress(data.done);
      else if (data.sha256 !== undefined) end(() => resolve(data.sha256 ?? ''));
      else end(() => reject(new FileUnreadable()));
    });
    worker.postMessage(file);
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
  const url = document.querySelector<HTMLMetaElement>('meta[name="checksum-worker"]')?.content ?? '';
  policy ??= window.trustedTypes?.createPolicy('airlock', { createScriptURL: (one) => one });
  return policy?.createScriptURL(url) ?? url;
};
