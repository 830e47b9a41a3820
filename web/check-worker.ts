import { sha256 } from '@noble/hashes/sha2.js';
import { checkDeclared } from '../core/validation/before.ts';
import { webGunzip } from '../core/validation/content/web-gunzip.ts';
import { type Finding, findingCount } from '../core/validation/report-document.ts';
import type { FileRules } from '../core/validation/rules.ts';
import type { FileSource, Tools } from '../core/validation/source.ts';
import { validate } from '../core/validation/validate.ts';
import type { CheckTask, CheckWord } from './check.ts';

/** Read at once: large enough to be fast, small enough for a phone. */
const sliceBytes = 2 * 2 ** 20;

/** For a file of which nothing is asked: it is read for its checksum. */
const anything: FileRules = { format: 'opaque', extension: 'bin', minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };

const tell = (word: CheckWord): void => self.postMessage(word);

class Unreadable extends Error {}

const sourceOf = (file: File): FileSource => {
  const slice = async (from: number, to: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch {
      throw new Unreadable();
    }
  };
  return {
    size: file.size,
    slice,
    stream: async function* () {
      for (let from = 0; from < file.size; from += sliceBytes) {
        yield await slice(from, from + sliceBytes);
        tell({ done: Math.min(file.size, from + sliceBytes) });
      }
    },
  };
};

const tools: Tools = {
  createHasher: () => {
    const hash = sha256.create();
    return {
      update: (bytes) => void hash.update(bytes),
      hex: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  },
  gunzip: webGunzip,
};

/** By the same engine and rules as on our side, but for what only we know; the checksum comes of the same reading. */
const check = async ({ file, rules, period }: CheckTask): Promise<CheckWord> => {
  const { name, size, type } = file;
  const declared: Finding[] = rules ? checkDeclared({ name, size, type }, rules) : [];
  if (declared.some(({ severity }) => severity === 'error')) return { findings: declared, total: declared.length };
  const report = await validate(sourceOf(file), rules ?? anything, period ? { period } : {}, tools);
  // Browsers decompress the first member of a gzip file, and take more of them for damage: we read them all.
  const findings = report.findings.filter(({ rule }) => rule !== 'archive.damaged');
  const unsure = report.findings.length - findings.length;
  return {
    findings: [...declared, ...findings],
    total: declared.length + findingCount(report.totals) - unsure,
    sha256: report.sha256,
  };
};

self.onmessage = async ({ data }: MessageEvent<CheckTask>) => {
  try {
    tell(await check(data));
  } catch (error) {
    tell(error instanceof Unreadable ? { failed: 'unreadable' } : { failed: 'engine' });
  }
};
