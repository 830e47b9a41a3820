import { RedriveExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Redriver } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

/**
 * Redrives executions, within 14 days of their end.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 */
export const createSfnRedriver = (sfn: SFNClient): Redriver => ({
  async redrive(executionArn) {
    try {
      await sfn.send(new RedriveExecutionCommand({ executionArn }));
      return 'redriven';
    } catch (error) {
      if (isNamed(error, 'ExecutionNotRedrivable', 'ExecutionDoesNotExist')) return { refused: error.message };
      throw error;
    }
  },
});
