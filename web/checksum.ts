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

/** Hex as base64. */
export const base64OfHex = (hex: string): string =>
  btoa((hex.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(''));
