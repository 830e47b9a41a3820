import { sha256 } from '@noble/hashes/sha2.js';

/** Read at once: large enough to be fast, small enough for a phone. */
const sliceBytes = 4 * 2 ** 20;

/** Computes the SHA-256 of a file beside the page. Answers `{done: bytes}` on the way, `{sha256}` or `{failed}` at its end. */
self.onmessage = async ({ data: file }: MessageEvent<File>) => {
  try {
    const hash = sha256.create();
    for (let from = 0; from < file.size; from += sliceBytes) {
      hash.update(new Uint8Array(await file.slice(from, from + sliceBytes).arrayBuffer()));
      self.postMessage({ done: Math.min(file.size, from + sliceBytes) });
    }
    self.postMessage({ sha256: btoa(String.fromCharCode(...hash.digest())) });
  } catch {
    self.postMessage({ failed: true });
  }
};
