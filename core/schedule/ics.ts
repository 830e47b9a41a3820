import type { SimulatedMoment } from './simulate.ts';

/** Text as RFC 5545 §3.3.11 wants it. */
const escaped = (text: string): string => text.replaceAll(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');

/** Lines of at most 75 octets (RFC 5545 §3.1); all text here is ASCII but for titles, so 60 characters are on the safe side. */
const folded = (line: string): string => line.match(/.{1,60}/gsu)?.join('\r\n ') ?? '';

const stamp = (at: string): string => `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** A calendar of moments, for any calendar program: RFC 5545. */
export const asIcs = (moments: readonly SimulatedMoment[], stampedAt: string): string => {
  const events = moments
    .filter(({ kind }) => kind !== 'gap')
    .flatMap(({ at, kind, feed, request, detail }, index) => [
      'BEGIN:VEVENT',
      `UID:${index}-${stamp(at)}-${kind}@airlock`,
      `DTSTAMP:${stamp(stampedAt)}`,
      `DTSTART:${stamp(at)}`,
      folded(`SUMMARY:${escaped(`${kind}: ${request ?? feed}`)}`),
      ...(detail === '' ? [] : [folded(`DESCRIPTION:${escaped(detail)}`)]),
      'END:VEVENT',
    ]);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Airlock//simulate//EN', ...events, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
};
