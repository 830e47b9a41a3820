import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import type { Run, Runs } from '../core/ports.ts';

/** Executions as they are listed: the newest first (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html). */
export const createSfnRuns = (client: SFNClient, stateMachineArn: string): Runs => ({
  async startedSince(since) {
    const runs: Run[] = [];
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn, maxResults: 1000 })) {
      for (const {
        executionArn = '',
        name = '',
        status = 'RUNNING',
        startDate = since,
        stopDate,
        redriveCount = 0,
      } of executions) {
        if (startDate < since) return runs;
        runs.push({
          arn: executionArn,
          name,
          status,
          startedAt: startDate.toISOString(),
          ...(stopDate && { stoppedAt: stopDate.toISOString() }),
          redrives: redriveCount,
        });
      }
    }
    return runs;
  },
});
