import { randomUUID } from 'node:crypto';
import type { Authenticated, AwsRequest } from '../http/request.ts';
import type { Principal } from '../identity/identities.ts';
import type { ObjectCall } from '../s3/object-call.ts';

/** What a record says beside the call itself. */
interface Surroundings {
  readonly accountId: string;
  readonly region: string;
  /** Seconds are enough for CloudTrail. */
  readonly time: string;
}

/** Bearer secrets of a presigned URL: no event that was ever published holds them. */
const secrets = /^X-Amz-(Signature|Credential|Security-Token)$/i;

/**
 * A data event of S3, as CloudTrail records it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export const dataEvent = (call: ObjectCall, { accountId, region, time }: Surroundings): Record<string, unknown> => {
  const { request, auth, operation, bucket, key, isRead, failure, answered } = call;
  const host = request.headers.host ?? '';
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(auth, accountId),
    eventTime: time,
    eventSource: 's3.amazonaws.com',
    eventName: operation,
    awsRegion: region,
    sourceIPAddress: request.sourceIp,
    userAgent: `[${request.headers['user-agent'] ?? ''}]`,
    ...(failure && { errorCode: failure.code, errorMessage: failure.message }),
    requestParameters: { ...parametersOf(request), bucketName: bucket, Host: host, key },
    responseElements: failure || isRead ? null : answered,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      AuthenticationMethod: auth?.via === 'query' ? 'QueryString' : 'AuthHeader',
      bytesTransferredIn: Number(request.headers['content-length'] ?? 0),
    },
    requestID: request.id,
    eventID: randomUUID(),
    readOnly: isRead,
    resources: [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
      { accountId, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: accountId,
    eventCategory: 'Data',
  };
};

const parametersOf = ({ query }: AwsRequest): Record<string, string> =>
  Object.fromEntries(query.filter(([name]) => !secrets.test(name)));

const identityOf = (auth: Authenticated | undefined, accountId: string): Record<string, unknown> => {
  const principal: Principal = auth?.principal ?? { kind: 'anonymous' };
  switch (principal.kind) {
    case 'root':
      return { type: 'Root', principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId };
    case 'session': {
      const { arn, accessKeyId } = principal.session;
      return { type: 'AssumedRole', arn, accountId, accessKeyId };
    }
    case 'service':
      return { type: 'AWSService', invokedBy: principal.name };
    default:
      return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };
  }
};
