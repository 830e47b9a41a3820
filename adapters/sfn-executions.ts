import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

/** Whether other executions are alive. One that Step Functions has forgotten (90 days) is not. */
export const createSfnExecutions = (sfn: SFNClient): Executions => ({
  async isRunning(executionArn) {
    try {
      return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return false;
      throw error;
    }
  },
});
