import { paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionEvent, Histories } from '../core/ports.ts';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html */
export const createSfnHistories = (client: SFNClient): Histories => ({
  async read(executionArn) {
    const events: ExecutionEvent[] = [];
    for await (const page of paginateGetExecutionHistory({ client }, { executionArn, maxResults: 1000 })) {
      // As JSON: times become texts.
      events.push(...JSON.parse(JSON.stringify(page.events ?? [])));
    }
    return events;
  },
});
