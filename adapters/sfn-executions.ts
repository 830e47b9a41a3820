import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

/**
 * Whether other executions are alive. DescribeExecution is eventually consistent
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html).
 * Nothing but the status is asked for: that takes no key where the executions' data is encrypted.
 */
export const createSfnExecutions = (sfn: SFNClient): Executions => ({
  async state(executionArn) {
    try {
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
      return status === 'RUNNING' ? 'running' : 'ended';
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return 'unknown';
      throw error;
    }
  },
});
