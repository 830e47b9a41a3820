import { namesOf, type ScanDocument } from '../malware-scan.ts';
import { withFinding } from './findings.ts';
import type { Report } from './report-document.ts';

/** A report with what the scanner found among its findings. */
export const withScan = (found: Report, { result, threats }: ScanDocument): Report => {
  if (result === 'THREATS_FOUND') return withFinding(found, 'malware.found', { threats: namesOf(threats) });
  if (result === 'UNSUPPORTED') return withFinding(found, 'malware.notScannable', {});
  return found;
};
