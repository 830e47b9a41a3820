import type { DeliveryKind } from './deliveries.ts';
import type { Figures } from './figures.ts';

/** What each kind of delivery is called. */
export const kindWords: Readonly<Record<DeliveryKind, string>> = {
  onTime: 'on time',
  late: 'late',
  missed: 'missed',
  rejected: 'rejected',
  waived: 'waived',
  skipped: 'skipped',
  failed: 'failed',
};

/** `97.4 %`; rounded down, so that 100 % means all. */
export const percent = (share: number | undefined): string =>
  share === undefined ? '–' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** `3 h 12 min before due`, `2 d 4 h after due` */
export const aroundDue = (earlySeconds: number | undefined): string => {
  if (earlySeconds === undefined) return '–';
  const minutes = Math.floor(Math.abs(earlySeconds) / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  const parts =
    days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${minutes % 60} min`] : [`${minutes} min`];
  return `${parts.join(' ')} ${earlySeconds < 0 ? 'after' : 'before'} due`;
};

/** One line for people. */
export const summaryLine = ({ counts: { onTime }, due, shareOnTime }: Figures): string => {
  if (due === 0) return 'No delivery has ended.';
  return `${percent(shareOnTime)} on time: ${onTime.toLocaleString('en-GB')} of ${due.toLocaleString('en-GB')} deliveries that were due.`;
};
