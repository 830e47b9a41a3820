import { AwsError } from '../errors.ts';
import type { AwsRequest } from '../http/request.ts';

/** Where a request points. */
export interface Target {
  readonly bucket: string;
  readonly key: string;
}

/** Virtual-host style (`bucket.s3.<region>.…`, `bucket.localhost`) or path style (IP address, `localhost`). */
export const targetOf = (request: Pick<AwsRequest, 'headers' | 'path'>): Target => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const [, bucket] = /^(.+?)\.(?:s3[.-][a-z0-9-]+\.|s3\.)?(?:localhost|amazonaws\.com)$/.exec(host) ?? [];
  const path = decodePath(request.path.slice(1));
  if (bucket !== undefined && bucket !== 's3') return { bucket, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
};

const decodePath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
};
