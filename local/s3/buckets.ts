import type { PolicyDocument } from '../identity/policy.ts';

/** One rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly expose: readonly string[];
  readonly maxAge: number | undefined;
}

/** One enabled rule of a bucket's lifecycle. Days count from the next midnight UTC, as on AWS. */
export interface LifecycleRule {
  readonly prefix: string;
  readonly expirationDays: number | undefined;
  readonly noncurrentDays: number | undefined;
  readonly removesLoneMarkers: boolean;
  /** After so many days an upload in parts that nobody finished is aborted. */
  readonly abortDays: number | undefined;
}

/** Every new version is kept for this long. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms';
  /** A customer key, whose policy is asked at every read and write; absent for AWS's own keys. */
  readonly keyArn?: string;
  readonly bucketKey: boolean;
}

/** A bucket of the template: what of it is enforced here. */
export interface BucketRecord {
  readonly name: string;
  readonly createdAt: number;
  readonly policy?: PolicyDocument;
  /** Refuses a policy that lets anybody in. */
  readonly blocksPublicPolicy?: boolean;
  readonly cors: readonly CorsRule[];
  /** Object events go to EventBridge. */
  readonly eventBridge: boolean;
  /** Told back in headers; bytes lie plain on this machine. */
  readonly encryption: Encryption;
  readonly lifecycle: readonly LifecycleRule[];
  readonly lock?: Retention;
}
