import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { HandOver, Receiver } from '../core/ports.ts';

/**
 * Hands events to functions as EventBridge does: Lambda queues them, tries them again, and keeps what fails for good
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html).
 */
export const createLambdaHandOver = (lambda: LambdaClient, names: Readonly<Record<Receiver, string>>): HandOver => ({
  async again(to, event) {
    const Payload = new TextEncoder().encode(JSON.stringify(event));
    await lambda.send(new InvokeCommand({ FunctionName: names[to], InvocationType: 'Event', Payload }));
  },
});
