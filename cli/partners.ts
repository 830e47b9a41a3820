import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { CliError } from './deployment.ts';

/** Whom a bucket of evidence has folders of. */
export const partnersIn = async (s3: S3Client, Bucket: string, Prefix = ''): Promise<string[]> => {
  const names: string[] = [];
  for await (const { CommonPrefixes = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket, Prefix, Delimiter: '/' },
  )) {
    names.push(...CommonPrefixes.map((one) => (one.Prefix ?? '').slice(Prefix.length, -1)));
  }
  return names;
};

/** A name that was mistyped has no deliveries either. @throws CliError */
export const requireKnown = (partner: string, known: readonly string[]): void => {
  if (known.includes(partner)) return;
  throw new CliError(
    `--partner: got ${partner}, allowed one that has evidence: ${known.join(', ') || 'none has any yet'}`,
  );
};
