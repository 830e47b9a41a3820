import type { Findings } from './findings.ts';
import type { FileRules } from './rules.ts';

/** What a file's size alone tells. */
export const checkSize = (size: number, { minBytes, maxBytes }: FileRules, findings: Findings): void => {
  if (size === 0) findings.add('size.empty', {});
  else if (size < minBytes) findings.add('size.tooSmall', { min: minBytes, size });
  else if (size > maxBytes) findings.add('size.tooLarge', { max: maxBytes, size });
};
