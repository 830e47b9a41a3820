import type * as z from 'zod/mini';
import { parse } from './parse.ts';
import type { Ledger } from './ports.ts';

/** A parsed document with its tag. */
export interface Found<T> {
  readonly document: T;
  readonly etag: string;
}

/** Reads and parses one ledger document; undefined when absent. */
export const findDocument = async <T>(
  ledger: Pick<Ledger, 'find'>,
  key: string,
  schema: z.ZodMiniType<T>,
): Promise<Found<T> | undefined> => {
  const stored = await ledger.find(key);
  return stored && { document: parse(schema, stored.body, key), etag: stored.etag };
};

/** Reads and parses the documents of one kind, at once and in the order of their keys; what is absent is left out. */
export const findDocuments = async <T>(
  ledger: Pick<Ledger, 'find'>,
  keys: readonly string[],
  schema: z.ZodMiniType<T>,
): Promise<readonly { readonly key: string; readonly document: T }[]> => {
  const found = await Promise.all(keys.map((key) => findDocument(ledger, key, schema)));
  return keys.flatMap((key, index) => {
    const one = found[index];
    return one ? [{ key, document: one.document }] : [];
  });
};

/**
 * Changes a document with `If-Match`, reading again when somebody else was faster.
 *
 * @param change returns the new document, or undefined to leave it as it is
 * @returns the document as it stands afterwards; undefined when there is none
 */
export const changeDocument = async <T>(
  ledger: Pick<Ledger, 'find' | 'replace'>,
  key: string,
  schema: z.ZodMiniType<T>,
  change: (document: T) => T | undefined,
): Promise<T | undefined> => {
  for (;;) {
    const found = await findDocument(ledger, key, schema);
    if (!found) return undefined;
    const changed = change(found.document);
    if (!changed) return found.document;
    if (await ledger.replace(key, changed, found.etag)) return changed;
  }
};
