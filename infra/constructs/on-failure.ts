import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';

/**
 * Has Lambda try an event of a function three times, and keep what fails for good: EventBridge and the Scheduler do not see
 * failures of a function, only that it took the event.
 */
export const keepFailedInvocations = (
  scope: Construct,
  id: string,
  {
    functions,
    messaging,
    name,
    maxAgeSeconds,
  }: { functions: Functions; messaging: Messaging; name: FunctionName; maxAgeSeconds: number },
): void => {
  new CfnEventInvokeConfig(scope, id, {
    functionName: functions.get(name).functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: maxAgeSeconds,
    destinationConfig: { onFailure: { destination: messaging.failedInvocations.queueArn } },
  });
};
