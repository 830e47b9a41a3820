import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/**
 * No signature is older than this when S3 sees it: one hour, the longest life of the sessions that sign. It can only
 * shorten what a URL says of itself. In milliseconds.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
 */
const maxSignatureAgeMs = 3_600_000;

const deny = (
  sid: string,
  actions: string[],
  resources: string[],
  conditions: Record<string, Record<string, string | number | string[]>>,
): PolicyStatement =>
  new PolicyStatement({ sid, effect: Effect.DENY, principals: [new AnyPrincipal()], actions, resources, conditions });

/**
 * A key takes one upload: whoever does not send `If-None-Match: *` is refused, whatever was signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 *
 * @param except keys of services that put objects here and send no such header
 */
export const onlyFirstUploads = (bucket: IBucket, except: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    sid: 'OnlyFirstUploads',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    ...(except.length === 0
      ? { resources: [bucket.arnForObjects('*')] }
      : { notResources: except.map((key) => bucket.arnForObjects(key)) }),
    conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
  });

/** Object Lock keeps every version, and lets anybody put a delete marker before them: this does not. */
export const nothingHidden = (bucket: IBucket): PolicyStatement =>
  deny('NothingHidden', ['s3:DeleteObject'], [bucket.arnForObjects('*')], {});

/** A URL that somebody signed for longer than we sign ends all the same. */
export const onlyFreshSignatures = (bucket: IBucket): PolicyStatement =>
  deny('OnlyFreshSignatures', ['s3:PutObject'], [bucket.arnForObjects('*')], {
    NumericGreaterThan: { 's3:signatureAge': maxSignatureAgeMs },
  });

/**
 * A leaked URL is worth nothing outside the networks that uploads are expected from. URLs alone are meant: the API begins
 * and completes uploads in parts itself, from where Lambda is.
 */
export const onlyFromNetworks = (bucket: IBucket, cidrs: readonly string[]): PolicyStatement =>
  deny('OnlyFromNetworks', ['s3:PutObject'], [bucket.arnForObjects('*')], {
    NotIpAddress: { 'aws:SourceIp': [...cidrs] },
    StringEquals: { 's3:authType': 'REST-QUERY-STRING' },
  });

/**
 * Live URLs and task tokens: nobody reads or writes them but the roles whose work they are, administrators of the
 * account included.
 */
export const onlyNamedRoles = (bucket: IBucket, prefix: string, roles: readonly IRole[]): PolicyStatement =>
  deny(
    `Only${prefix.charAt(0).toUpperCase()}${prefix.slice(1, -1)}Roles`,
    ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectVersionForReplication', 's3:PutObject'],
    [bucket.arnForObjects(`${prefix}*`)],
    { ArnNotEquals: { 'aws:PrincipalArn': roles.map((role) => role.roleArn) } },
  );
