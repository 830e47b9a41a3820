import type { PolicyDocument } from '../identity/policy.ts';

/** A function of the template. */
export interface FunctionRecord {
  readonly arn: string;
  readonly name: string;
  /** `$LATEST`, or the number of a published version: code and settings that never change again. */
  readonly version: string;
  readonly roleArn: string;
  /** Folder with the bundled code. */
  readonly folder: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupArn: string;
  readonly isTraced: boolean;
  /** How many may run at once; the account's own limit when absent. */
  readonly reservedConcurrency?: number;
  /** Statements of AWS::Lambda::Permission. */
  readonly policy: PolicyDocument;
  readonly onFailure: { readonly maxRetries: number; readonly maxAgeSeconds: number; readonly destinationArn?: string };
}

/** How one invocation ended: a payload, or an error as Lambda reports it. */
export type Invocation =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly errorType: string; readonly payload: string };

/** What a version freezes: two functions with the same content need one version. */
export const contentOf = ({
  folder,
  handler,
  timeoutSeconds,
  memoryMb,
  environment,
  roleArn,
  isTraced,
}: FunctionRecord) => JSON.stringify([folder, handler, timeoutSeconds, memoryMb, environment, roleArn, isTraced]);
