import type { ProductClock } from './clock.ts';
import type { Faults } from './faults/faults.ts';
import type { Authorizer } from './identity/authorizer.ts';
import type { Identities } from './identity/identities.ts';
import type { JobQueue } from './jobs.ts';
import type { Journal } from './journal.ts';
import type { CodeCache } from './lambda/code-cache.ts';

/** What every service of the runtime works with. */
export interface Context {
  readonly region: string;
  readonly accountId: string;
  readonly dataDir: string;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  endpoint(): string;
  /** Of the HTTP API: another port, so that to browsers it is another origin, as on AWS. */
  httpApiEndpoint(): string;
  readonly journal: Journal;
  readonly clock: ProductClock;
  readonly jobs: JobQueue;
  readonly identities: Identities;
  readonly authorizer: Authorizer;
  readonly codeCache: CodeCache;
  readonly faults: Faults;
  /** A line for the person at the keyboard: faults of the runtime itself. */
  report(message: string): void;
}
