import { writeFile } from 'node:fs/promises';
import { CliError } from './deployment.ts';

/** Writes what somebody asked for with a flag. @throws CliError when it cannot be written there */
export const writeOutput = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CliError(`${path} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
};
