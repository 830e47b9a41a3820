const minute = 60_000;

/** `in 1 h 20 min`, `3 d ago`, `now`: from one instant to another, in its two largest units. */
export const fromNow = (at: string, now: string): string => {
  const distance = Date.parse(at) - Date.parse(now);
  const minutes = Math.floor(Math.abs(distance) / minute);
  if (minutes === 0) return 'now';
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const units = [`${days} d`, `${hours} h`, `${rest} min`].filter((unit) => !unit.startsWith('0 ')).slice(0, 2);
  return distance > 0 ? `in ${units.join(' ')}` : `${units.join(' ')} ago`;
};

/** `2026-11-25 08:00` */
export const shortTime = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** A date so many days later. @param date `2026-11-25` */
export const daysLater = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
