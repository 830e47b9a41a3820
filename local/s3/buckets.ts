import type { PolicyDocument } from '../identity/policy.ts';

/** One rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  readonly maxAge: number | undefined;
}

/** A bucket of the template: what of it is enforced here. */
export interface BucketRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly policy?: PolicyDocument;
  readonly cors: readonly CorsRule[];
  /** Object events go to EventBridge. */
  readonly eventBridge: boolean;
  /** `AES256` or `aws:kms`, told back in headers; bytes lie plain on this machine. */
  readonly encryption: string;
}
