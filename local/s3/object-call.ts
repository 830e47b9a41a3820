import type { AwsError } from '../errors.ts';
import type { Authenticated, AwsRequest } from '../http/request.ts';

/** One request about an object, answered or refused: what a trail records. */
export interface ObjectCall {
  readonly request: AwsRequest;
  /** Undefined where the sender was not proved. */
  readonly auth: Authenticated | undefined;
  /** `PutObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly isRead: boolean;
  readonly failure: AwsError | undefined;
  /** Headers of the answer that tell of the object. */
  readonly answered: Readonly<Record<string, string>>;
}

const tellsOfObject = /^x-amz-(version-id|server-side-encryption|checksum-)/;

/** Of an answer's headers, those that tell of the object. */
export const answeredOf = (headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => tellsOfObject.test(name)));
