import { csvForPeople } from '../../csv.ts';
import type { QuarterReport } from './figures.ts';

const columns = [
  'day',
  'partner',
  'feed',
  'period',
  'generation',
  'outcome',
  'due (UTC)',
  'arrived (UTC)',
  'minutes before due',
  'files',
  'in a line',
  'evidence',
];

/** Every delivery of a report, a row each. */
export const quarterAsCsv = ({ deliveries }: QuarterReport): string =>
  csvForPeople([
    columns,
    ...deliveries.map((one) => [
      one.day,
      one.partner,
      one.feed,
      one.period ?? '',
      one.generation ?? '',
      one.kind,
      one.dueAt ?? '',
      one.arrivedAt ?? '',
      one.earlySeconds === undefined ? '' : Math.round(one.earlySeconds / 60),
      one.attempts,
      one.line,
      one.pack,
    ]),
  ]);
