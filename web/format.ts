/** `12.3 MB`, in the reader's language. Decimal, as systems show it. */
export const size = (bytes: number, locale: string): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step);
};

/** `Monday, 23 November at 20:03 GMT+1`: in the reader's zone, and always with it. */
export const moment = (at: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(at));

/** `3 h 12 min`, `4 min`, `50 s`: the two largest parts, never rounded up. */
export const span = (seconds: number, locale: string): string => {
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor((seconds % 86_400) / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [Math.floor(seconds % 60), 'second'],
  ] as const;
  const from = parts.findIndex(([amount]) => amount > 0);
  if (from < 0) return unit(0, 'second', locale);
  return parts
    .slice(from, from + (seconds >= 60 ? 2 : 1))
    .filter(([amount, name]) => amount > 0 && !(seconds >= 60 && name === 'second'))
    .map(([amount, name]) => unit(amount, name, locale))
    .join(' ');
};

const unit = (amount: number, name: string, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(amount);

/** SHA-256 as people compare it: hex of its base64. */
export const hex = (base64: string): string =>
  [...atob(base64)].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');

/** A file's name, made safe to show: no control or direction characters, not endless. */
export const shownName = (name: string): string => {
  const visible = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '·');
  return visible.length > 80 ? `${visible.slice(0, 50)}…${visible.slice(-25)}` : visible;
};

/** A period as people say it: `Monday, 23 November 2026`, `November 2026`; weeks and hours as they are written. */
export const period = (text: string, locale: string): string => {
  const [, date, month] = /^(\d{4}-\d{2}-\d{2})$|^(\d{4}-\d{2})$/.exec(text) ?? [];
  if (date === undefined && month === undefined) return text;
  const options: Intl.DateTimeFormatOptions =
    date === undefined
      ? { month: 'long', year: 'numeric' }
      : { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(new Date(date ?? `${month}-01`));
};
