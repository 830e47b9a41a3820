import { nodeTools } from '../../adapters/node-tools.ts';
import type { Feed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import type { Context } from '../../core/validation/context.ts';
import type { Report } from '../../core/validation/report-document.ts';
import { inMemory } from '../../core/validation/source.ts';
import { validate } from '../../core/validation/validate.ts';

/** One file of the corpus: what it is, its bytes, and what is found in it. */
export interface Case {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** `rule line:column got`, as `summaryOf` writes it; none for a valid file. */
  readonly found: readonly string[];
  /** `file` of the feed, and the files beside it. */
  readonly rules?: FileOptions;
  readonly context?: Context;
  readonly rows?: number;
}

export interface FileOptions {
  readonly [key: string]: unknown;
  readonly schemaContent?: unknown;
  readonly beside?: Readonly<Record<string, string>>;
}

/** The rules for a file, read as a feed's are. @throws Error with what is wrong with them */
export const rulesOf = ({ schemaContent, beside = {}, ...file }: FileOptions = {}): Feed['file'] => {
  const result = readFeed(
    { partner: 'corpus', feed: 'corpus' },
    {
      title: 'Corpus',
      schedule: { expression: 'rate(1 day)' },
      window: { due: 'PT30M' },
      contacts: { partner: [{ name: 'A', email: 'a@a.example' }], owner: [{ name: 'B', email: 'b@b.example' }] },
      file: {
        format: 'csv',
        extension: 'csv',
        maxBytes: '40MB',
        ...(schemaContent !== undefined && { schema: 'schema.json' }),
        ...file,
      },
    },
    (name) => (name === 'schema.json' ? JSON.stringify(schemaContent) : beside[name]),
  );
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.feed.file;
};

/** Checks a file whose bytes come in chunks of `step`, each of them looked at as it comes. */
export const checked = (one: Pick<Case, 'content' | 'rules' | 'context'>, step = 65_536): Promise<Report> =>
  validate(inMemory(new Uint8Array(Buffer.from(one.content)), step), rulesOf(one.rules), one.context ?? {}, {
    ...nodeTools,
    gatheredBytes: step,
  });

/** `cell.type 2:day 22.11.2026`; a warning begins with `?`. */
export const summaryOf = ({ findings }: Report): string[] =>
  findings.map(({ severity, file, rule, message, line, column, got }) =>
    [
      `${severity === 'warning' ? '?' : ''}${file === undefined ? '' : `${file} `}${message?.startsWith(rule) ? message : rule}`,
      `${line ?? ''}${column === undefined ? '' : `:${column}`}`,
      got,
    ]
      .filter((one) => one !== '')
      .join(' '),
  );
