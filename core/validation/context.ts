import type { FeedChecks } from './checks.ts';
import type { Findings } from './findings.ts';
import type { FileRules } from './rules.ts';

/** A delivery that was accepted before. */
export interface EarlierDelivery {
  readonly period: string;
  readonly sha256: string;
  readonly rows?: number | undefined;
}

/** What is known of a delivery besides its bytes. */
export interface Context {
  /** Its name, and its first and last day, `yyyy-mm-dd`. */
  readonly period?: { readonly name: string; readonly from: string; readonly to: string };
  /** SHA-256 that the sender announced, hex. */
  readonly announcedSha256?: string;
  /** The newest last. */
  readonly earlier?: readonly EarlierDelivery[];
  /** The feed's own rules. */
  readonly checks?: FeedChecks;
}

/** Fewer deliveries tell nothing of what is usual. */
const fewestToCompare = 5;
const mostToCompare = 20;

/** How a file fits to what was announced, and to what came before. */
export const checkContext = (
  { announcedSha256, earlier = [], period }: Context,
  file: FileRules,
  { sha256, rows }: { readonly sha256: string; readonly rows: number | undefined },
  findings: Findings,
): void => {
  if (announcedSha256 !== undefined && announcedSha256 !== sha256) {
    findings.add('checksum.mismatch', { announced: announcedSha256 }, {}, sha256);
  }
  const same = earlier.find((one) => one.sha256 === sha256 && one.period !== period?.name);
  if (same) findings.add('file.repeated', { period: period?.name ?? 'this period', earlier: same.period });
  if (rows !== undefined && file.rows?.unusual !== undefined) checkUsual(rows, file.rows.unusual, earlier, findings);
};

const checkUsual = (rows: number, share: number, earlier: readonly EarlierDelivery[], findings: Findings): void => {
  const counts = earlier.flatMap((one) => (one.rows === undefined ? [] : [one.rows])).slice(-mostToCompare);
  if (counts.length < fewestToCompare) return;
  const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
  if (Math.abs(rows - usual) <= usual * share) return;
  findings.add('rows.unusual', { usual, count: counts.length, rows });
};
