import { pack } from '../core/validation/content/pack.ts';
import { FileUnreadable } from './checksum.ts';

/**
 * Several files as one archive. The same files make the same archive: it is known again by its checksum when the page goes on
 * with an upload that broke off.
 *
 * @param onProgress bytes that were read
 * @throws FileUnreadable
 */
export const packed = async (
  files: readonly File[],
  name: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<File> => {
  let read = 0;
  const counting = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, next) {
        signal.throwIfAborted();
        read += chunk.length;
        onProgress(read);
        next.enqueue(chunk);
      },
    });
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  try {
    const archive = await pack(
      inOrder.map((file) => ({
        name: file.name,
        modifiedAt: file.lastModified,
        stream: () => file.stream().pipeThrough(counting()),
      })),
    );
    return new File([archive], name, { type: 'application/zip' });
  } catch {
    throw new FileUnreadable();
  }
};
