import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** A deployed stack, as its outputs tell of it. */
export interface Deployment {
  readonly stack: string;
  readonly stage: string;
  readonly sender: string;
  /** Where the partners' page is. */
  readonly pageUrl: string;
  /** Another origin that may upload from a browser. */
  readonly pageOrigin: string | undefined;
  /** Whether a trail is to tell which programs send uploads. */
  readonly recordsUserAgents: boolean;
  readonly stateMachineArn: string;
  readonly operatorsTopicArn: string;
  readonly buckets: Readonly<Record<BucketName, string>>;
}

export const bucketNames = ['Landing', 'Accepted', 'Quarantine', 'Ledger', 'Archive'] as const;
export type BucketName = (typeof bucketNames)[number];

/** Something that the person at the keyboard can mend: got, allowed, fix. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** Looks a deployment up by the name of its stack. @throws CliError when there is none of ours by that name */
export const findDeployment = async (cloudformation: CloudFormationClient, stack: string): Promise<Deployment> => {
  const { Stacks: [found] = [] } = await cloudformation
    .send(new DescribeStacksCommand({ StackName: stack }))
    .catch((error: NodeJS.ErrnoException) => {
      throw new CliError(whyNot(stack, error));
    });
  const outputs = new Map(
    (found?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value) return value;
    throw new CliError(`stack ${stack} has no output ${name}: it is not an Airlock, or an older one; deploy it again`);
  };
  return {
    stack,
    stage: output('Stage'),
    sender: output('SenderAddress'),
    pageUrl: output('PageUrl'),
    pageOrigin: outputs.get('PageOrigin'),
    recordsUserAgents: outputs.has('UserAgentTrail'),
    stateMachineArn: output('StateMachineArn'),
    operatorsTopicArn: output('OperatorsTopicArn'),
    buckets: {
      Landing: output('LandingBucketName'),
      Accepted: output('AcceptedBucketName'),
      Quarantine: output('QuarantineBucketName'),
      Ledger: output('LedgerBucketName'),
      Archive: output('ArchiveBucketName'),
    },
  };
};

const whyNot = (stack: string, error: NodeJS.ErrnoException): string => {
  if (error.name === 'CredentialsProviderError') {
    return `there are no AWS credentials here: ${error.message}; sign in (aws sso login), or look at this machine with --local`;
  }
  if (error.code === 'ECONNREFUSED')
    return `nothing answers there: ${error.message}; is npm start running, on this --port?`;
  if (/region is missing/i.test(error.message))
    return 'there is no AWS region here; name it with --region, or look at this machine with --local';
  if (/deserialization error/i.test(error.message))
    return 'what answers there is no AWS endpoint; npm start prints its address: name its port with --port';
  return `stack ${stack} cannot be looked up: ${error.message}; name it with --stack, and its --region`;
};
