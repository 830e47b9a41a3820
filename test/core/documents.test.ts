import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { deadAddressDocument } from '../../core/dead-addresses.ts';
import { chainDocument } from '../../core/evidence/chain.ts';
import { historyDocument } from '../../core/history.ts';
import { issuedLinks, linkGrant, openingDocument } from '../../core/link.ts';
import { scanDocument } from '../../core/malware-scan.ts';
import { parse } from '../../core/parse.ts';
import { pauseDocument } from '../../core/pauses.ts';
import {
  arrivalDocument,
  linkDocument,
  notificationDocument,
  personDocument,
  requestDocument,
  signalDocument,
  waitDocument,
} from '../../core/request.ts';
import { watchDocument } from '../../core/starts.ts';
import { senderDocument } from '../../core/upload-sender.ts';
import { announcedUpload } from '../../core/uploading/announced.ts';
import { report } from '../../core/validation/report-document.ts';

const readers: Record<string, z.ZodMiniType> = {
  address: deadAddressDocument,
  arrival: arrivalDocument,
  chain: chainDocument,
  grant: linkGrant,
  history: historyDocument,
  issued: issuedLinks,
  upload: announcedUpload,
  link: linkDocument,
  opening: openingDocument,
  notification: notificationDocument,
  pause: pauseDocument,
  person: personDocument,
  report,
  request: requestDocument,
  scan: scanDocument,
  sender: senderDocument,
  signal: signalDocument,
  wait: waitDocument,
  watch: watchDocument,
};

/** One document of each kind in each format that was ever deployed. Never change one; add a folder. */
const folder = join(import.meta.dirname, 'documents');
const documents = readdirSync(folder).flatMap((format) =>
  readdirSync(join(folder, format)).map((file) => ({ format, kind: file.replace('.json', '') })),
);
const read = (format: string, kind: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, format, `${kind}.json`), 'utf8'));

describe('the documents of the ledger', () => {
  it('are all here', () => {
    expect([...new Set(documents.map(({ kind }) => kind))].sort()).toEqual(Object.keys(readers).sort());
  });

  it.each(documents)('$kind of format $format is read by the code of today', ({ format, kind }) => {
    const reader = readers[kind];
    expect(reader && parse(reader, read(format, kind), kind)).toEqual(read(format, kind));
  });

  it.each(documents)('$kind of format $format keeps a field that newer code added', ({ format, kind }) => {
    const reader = readers[kind];
    const newer = { ...read(format, kind), addedLater: { by: 'newer code' } };
    expect(reader && parse(reader, newer, kind)).toEqual(newer);
  });
});
