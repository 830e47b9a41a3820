import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Mail } from './mail.ts';

/** One hand-written statement. */
export const statement = (
  sid: string,
  actions: string[],
  resources: string[],
  conditions?: Record<string, Record<string, string | string[]>>,
): PolicyStatement => new PolicyStatement({ sid, actions, resources, ...(conditions && { conditions }) });

const objects = (bucket: IBucket, prefixes: string[]): string[] => prefixes.map((one) => bucket.arnForObjects(one));

/** Reads objects under prefixes. */
export const get = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:GetObject'], objects(bucket, prefixes));

/** Writes objects under prefixes. */
export const put = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:PutObject'], objects(bucket, prefixes));

/** Reads pinned versions. */
export const getVersion = (sid: string, bucket: IBucket): PolicyStatement =>
  statement(sid, ['s3:GetObjectVersion'], [bucket.arnForObjects('*')]);

/** Looks for keys under prefixes: see `Ledger.find`. */
export const list = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:ListBucket'], [bucket.bucketArn], { StringLike: { 's3:prefix': prefixes } });

/** Looks for uploads, and pins them. */
export const findUploads = (landing: IBucket): PolicyStatement =>
  statement('FindUploads', ['s3:ListBucketVersions'], [landing.bucketArn]);

/** Speaks to a topic. */
export const publish = (sid: string, topic: ITopic): PolicyStatement =>
  statement(sid, ['sns:Publish'], [topic.topicArn]);

/**
 * AWS's table knows no resource type for the SendTask actions, so `*` it is: the token itself names the one task.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
export const completeTasks = (...actions: string[]): PolicyStatement => statement('CompleteTasks', actions, ['*']);

/** The address is a condition, so that a domain identity does not let us write as anybody else. */
export const sendMail = (mail: Mail): PolicyStatement =>
  statement('SendMail', ['ses:SendEmail'], [mail.identityArns, mail.configurationSetArn], {
    StringEquals: { 'ses:FromAddress': mail.sender },
  });
