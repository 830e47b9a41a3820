import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Starter } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

/** Starts executions by name: within 90 days Step Functions takes a name once. */
export const createSfnStarter = (sfn: SFNClient, stateMachineArn: string): Starter => ({
  async start(name, input) {
    try {
      await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return true;
    } catch (error) {
      if (isNamed(error, 'ExecutionAlreadyExists')) return false;
      throw error;
    }
  },
});
