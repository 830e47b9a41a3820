import type { FaultAt } from '../faults/fault.ts';
import type { FunctionRecord, Invocation } from './function-record.ts';
import { failed } from './process.ts';

/** Whether a fault is meant for a function: by its name, or by how that ends. */
export const isMeant = ({ name }: FaultAt<'function'>, functionName: string): boolean =>
  name === undefined || functionName === name || functionName.endsWith(`-${name}`);

/** How Lambda tells of an invocation that broke, whatever it had done by then. */
export const struck = ({ effect }: FaultAt<'function'>, fn: FunctionRecord, requestId: string): Invocation => {
  if (effect === 'timeout')
    return failed('Sandbox.Timedout', `Task timed out after ${fn.timeoutSeconds}.00 seconds`, requestId);
  if (effect === 'kill') return failed('Runtime.ExitError', 'Runtime exited with signal SIGKILL', requestId);
  return failed('TransientFault', 'a fault that was asked for', requestId);
};
