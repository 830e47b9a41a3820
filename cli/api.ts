import { createOperatorApi, type OperatorApi } from '../adapters/operator-api.ts';
import { createClients } from './clients.ts';
import { findDeployment } from './deployment.ts';
import type { Invocation } from './invocation.ts';

/** The operators' routes of a deployment, with the caller's own AWS credentials, or the token of `--token`. */
export const operatorApi = async ({ stack, settings, flags }: Invocation): Promise<OperatorApi> => {
  const clients = createClients(settings);
  const { pageUrl } = await findDeployment(clients.cloudformation, stack);
  const region = String(await clients.sfn.config.region());
  const identity = flags.token === undefined ? await clients.sfn.config.credentials() : { token: flags.token };
  return createOperatorApi(pageUrl, region, identity);
};
