import type { Clients } from '../clients.ts';
import type { Deployment } from '../deployment.ts';

/** What a check found. `fix` says how to mend it. */
export type Finding =
  | { readonly status: 'ok'; readonly what: string }
  | { readonly status: 'warning' | 'failed'; readonly what: string; readonly fix: string };

export interface CheckContext {
  readonly clients: Clients;
  readonly deployment: Deployment;
  /** A fresh id, for what the check leaves behind. */
  readonly newId: () => string;
  /** Product time, in milliseconds. */
  readonly now: () => Promise<number>;
}

/** One area of a deployment that is looked at. */
export type Check = (context: CheckContext) => Promise<Finding[]>;

export const ok = (what: string): Finding => ({ status: 'ok', what });
export const warning = (what: string, fix: string): Finding => ({ status: 'warning', what, fix });
export const failed = (what: string, fix: string): Finding => ({ status: 'failed', what, fix });

/** Either way, by whether it holds. */
export const verdict = (holds: boolean, good: string, bad: string, fix: string): Finding =>
  holds ? ok(good) : failed(bad, fix);
