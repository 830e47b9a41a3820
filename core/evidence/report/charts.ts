import { escapeHtml } from '../../messages/html.ts';
import { type Delivery, type DeliveryKind, deliveryKinds } from './deliveries.ts';
import { figuresBy } from './figures.ts';
import { kindWords } from './words.ts';

/** Sizes in the units of the pictures; the page scales them. */
const width = 960;
const left = 56;
const dayMs = 86_400_000;

interface Days {
  readonly from: string;
  readonly to: string;
}

const weekOf = (day: string): string => {
  const at = Date.parse(day);
  // Weeks begin on Mondays, as in ISO 8601.
  return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * dayMs).toISOString().slice(0, 10);
};

const picture = (height: number, label: string, content: string): string =>
  `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${content}</svg>`;

const legend = (kinds: readonly DeliveryKind[]): string =>
  `<p class="legend">${kinds.map((kind) => `<span class="swatch ${kind}"></span>${kindWords[kind]}`).join(' ')}</p>`;

/** How deliveries went, week by week: a bar each. */
export const weeksChart = (deliveries: readonly Delivery[], { from, to }: Days): string => {
  const [height, bottom] = [220, 24];
  const first = Date.parse(weekOf(from));
  const count = Math.round((Date.parse(weekOf(to)) - first) / (7 * dayMs)) + 1;
  const weeks = new Map(figuresBy(deliveries, ({ day }) => weekOf(day)).map(({ name, counts }) => [name, counts]));
  const most = Math.max(
    1,
    ...[...weeks.values()].map((counts) => deliveryKinds.reduce((sum, kind) => sum + counts[kind], 0)),
  );
  const step = (width - left) / count;
  const scale = (height - bottom - 12) / most;
  const bars = Array.from({ length: count }, (_, index) => {
    const week = new Date(first + index * 7 * dayMs).toISOString().slice(0, 10);
    const counts = weeks.get(week);
    let top = height - bottom;
    const parts = deliveryKinds.map((kind) => {
      const size = (counts?.[kind] ?? 0) * scale;
      top -= size;
      return size === 0
        ? ''
        : `<rect class="${kind}" x="${(left + index * step + 3).toFixed(1)}" y="${top.toFixed(1)}" width="${(step - 6).toFixed(1)}" height="${size.toFixed(1)}"><title>week of ${week}: ${counts?.[kind]} ${kindWords[kind]}</title></rect>`;
    });
    const label =
      index % 2 === 0
        ? `<text x="${(left + (index + 0.5) * step).toFixed(1)}" y="${height - 6}" text-anchor="middle">${week.slice(5)}</text>`
        : '';
    return parts.join('') + label;
  });
  const axis = `<text x="${left - 8}" y="16" text-anchor="end">${most}</text><line class="axis" x1="${left}" x2="${width}" y1="${height - bottom}" y2="${height - bottom}"/>`;
  const present = deliveryKinds.filter((kind) => deliveries.some((one) => one.kind === kind));
  return picture(height, 'Deliveries by week', axis + bars.join('')) + legend(present);
};

/** More dots than these are a cloud. */
const mostDots = 2000;

/** When accepted files came: a dot each, early above the line, late below. */
export const arrivalsChart = (deliveries: readonly Delivery[], { from, to }: Days): string => {
  const dots = deliveries.flatMap(({ day, earlySeconds, kind }) =>
    earlySeconds === undefined ? [] : [{ day, earlySeconds, kind }],
  );
  if (dots.length === 0) return '<p class="soft">No file was accepted.</p>';
  if (dots.length > mostDots)
    return `<p class="soft">${dots.length.toLocaleString('en-GB')} arrivals are too many for a picture: one partner has a report of its own.</p>`;
  const [height, bottom] = [240, 24];
  const early = Math.max(3600, ...dots.map((one) => one.earlySeconds));
  const late = Math.max(0, ...dots.map((one) => -one.earlySeconds));
  const scale = (height - bottom - 16) / (early + late);
  const y = (earlySeconds: number) => 8 + (early - earlySeconds) * scale;
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  const x = (day: string) => left + ((Date.parse(day) - Date.parse(from)) / dayMs + 0.5) * ((width - left) / days);
  const hours = (seconds: number) => `${Math.round(seconds / 3600)} h`;
  const marks = dots.map(({ day, earlySeconds, kind }) =>
    kind === 'late'
      ? `<rect class="late" x="${(x(day) - 3.5).toFixed(1)}" y="${(y(earlySeconds) - 3.5).toFixed(1)}" width="7" height="7"/>`
      : `<circle class="onTime" cx="${x(day).toFixed(1)}" cy="${y(earlySeconds).toFixed(1)}" r="3.5"/>`,
  );
  const axis = `<line class="axis" x1="${left}" x2="${width}" y1="${y(0).toFixed(1)}" y2="${y(0).toFixed(1)}"/><text x="${left - 8}" y="${(y(0) + 4).toFixed(1)}" text-anchor="end">due</text><text x="${left - 8}" y="16" text-anchor="end">−${hours(early)}</text>${late > 0 ? `<text x="${left - 8}" y="${height - bottom}" text-anchor="end">+${hours(late)}</text>` : ''}<text x="${left}" y="${height - 4}">${from}</text><text x="${width}" y="${height - 4}" text-anchor="end">${to}</text>`;
  return (
    picture(height, 'Arrivals of accepted files before and after they were due', axis + marks.join('')) +
    legend(late > 0 ? ['onTime', 'late'] : ['onTime'])
  );
};

export const chartStyle = `
.chart{width:100%;height:auto;font-size:12px;fill:var(--soft)}
.chart .axis{stroke:var(--soft);stroke-width:1}
.onTime{fill:var(--good);background:var(--good)}.late{fill:#c98a00;background:#c98a00}.missed{fill:var(--bad);background:var(--bad)}.rejected{fill:#d9644f;background:#d9644f}.failed{fill:#6b3fa0;background:#6b3fa0}.waived{fill:#8d9c96;background:#8d9c96}.skipped{fill:#c8d1cd;background:#c8d1cd}
.legend{margin:4px 0 0;color:var(--soft);font-size:14px}.swatch{display:inline-block;width:12px;height:12px;margin:0 6px 0 12px;vertical-align:-1px}
`.trim();
