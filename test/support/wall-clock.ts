/** What the clocks of a zone show, asked of the platform's own zone data. Sunday is 1, as in cron expressions of AWS. */
export interface Wall {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly weekday: number;
}

/** @returns a function from milliseconds */
export const wallOf = (zone: string): ((at: number) => Wall) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      minute: Number(parts.minute),
      hour: Number(parts.hour),
      day: Number(parts.day),
      month: Number(parts.month),
      year: Number(parts.year),
      weekday: 1 + ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.weekday ?? ''),
    };
  };
};

/** Of the month that a clock shows. */
export const lastDay = ({ year, month }: Wall): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** `2027-03-28` */
export const dateOf = ({ year, month, day }: Wall): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
