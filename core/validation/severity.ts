export const severities = ['error', 'warning', 'off'] as const;
export type SeverityOrOff = (typeof severities)[number];

/** What is not said here is an error. A feed may say otherwise (`file.severity`). */
const defaults: Readonly<Record<string, SeverityOrOff>> = {
  'name.extension': 'warning',
  'encoding.bom': 'off',
  'line.blank': 'warning',
  'rows.unusual': 'warning',
  'cell.formula': 'warning',
};

export const defaultSeverity = (rule: string): SeverityOrOff => defaults[rule] ?? 'error';
