import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { createOperatorApi, type OperatorApi } from '../adapters/operator-api.ts';
import { findDeployment } from './deployment.ts';
import type { Invocation } from './invocation.ts';

/** The operators' routes of a deployment, with the caller's own AWS credentials, or the token of `--token`. */
export const operatorApi = async ({ stack, settings, flags }: Invocation): Promise<OperatorApi> => {
  const cloudformation = new CloudFormationClient(settings);
  const { pageUrl } = await findDeployment(cloudformation, stack);
  const region = String(await cloudformation.config.region());
  const identity = flags.token === undefined ? await cloudformation.config.credentials() : { token: flags.token };
  return createOperatorApi(pageUrl, region, identity);
};
