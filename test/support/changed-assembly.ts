import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, testAssembly } from './airlock.ts';

interface ChangeableTemplate {
  readonly Resources: Record<string, { Type: string; Properties: ReturnType<typeof JSON.parse> }>;
}

/** The test's app, or another one, with a changed template. */
export const changedAssembly = (
  change: (template: ChangeableTemplate) => void,
  assembly: string = testAssembly,
): string => {
  const folder = temporaryFolder();
  cpSync(assembly, folder, { recursive: true });
  const file = join(folder, 'Airlock-dev.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  change(template);
  writeFileSync(file, JSON.stringify(template));
  return folder;
};
