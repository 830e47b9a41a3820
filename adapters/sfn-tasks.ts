import { SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { Tasks } from '../core/ports.ts';
import { isNamed } from './sdk-errors.ts';

/** What Step Functions says of a token whose task has moved on. */
const over = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** Task tokens, completed at most once. */
export const createSfnTasks = (sfn: SFNClient): Tasks => {
  const attempt = async (send: () => Promise<unknown>): Promise<'resumed' | 'over'> => {
    try {
      await send();
      return 'resumed';
    } catch (error) {
      if (isNamed(error, ...over)) return 'over';
      throw error;
    }
  };
  return {
    succeed: (taskToken, output) =>
      attempt(() => sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, error, cause) => attempt(() => sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }))),
  };
};
