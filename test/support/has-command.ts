import { execFileSync } from 'node:child_process';

/** Whether a command of somebody else's is here: where it is not, there is nothing to try. */
export const hasCommand = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
