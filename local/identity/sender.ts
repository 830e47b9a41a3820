import type { Principal } from './identities.ts';

/** A service that acts on behalf of one of its resources (a rule, a schedule). */
export interface Sender {
  readonly principal: Principal;
  readonly sourceArn?: string;
}

/** Condition keys that say on whose behalf a service acts. */
export const sourceContext = ({ sourceArn }: Sender, accountId: string): Record<string, string> =>
  sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId };
