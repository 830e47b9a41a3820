import { type Delivery, type DeliveryKind, deliveryKinds } from './deliveries.ts';

/** What deliveries come to. */
export interface Figures {
  readonly counts: Readonly<Record<DeliveryKind, number>>;
  /** How many were due: neither skipped nor waived, and asked for. */
  readonly due: number;
  /** Of those that were due: the share that came on time, 0 to 1; absent where none was. */
  readonly shareOnTime?: number;
  /** Seconds before due, of what was accepted: half came earlier. Negative: after. */
  readonly medianEarlySeconds?: number;
  /** Files that came for each that was accepted. */
  readonly meanAttempts?: number;
}

export const figuresOf = (deliveries: readonly Delivery[]): Figures => {
  const counts = Object.fromEntries(
    deliveryKinds.map((kind) => [kind, deliveries.filter((one) => one.kind === kind).length]),
  ) as Record<DeliveryKind, number>;
  const { onTime, late, missed, rejected } = counts;
  // What failed before anything was asked for is ours alone.
  const failedRequests = deliveries.filter(({ kind, period }) => kind === 'failed' && period !== undefined).length;
  const due = onTime + late + missed + rejected + failedRequests;
  const early = deliveries.flatMap(({ earlySeconds }) => earlySeconds ?? []).sort((a, b) => a - b);
  const median = early[Math.floor((early.length - 1) / 2)];
  const accepted = deliveries.filter(({ kind }) => kind === 'onTime' || kind === 'late');
  const attempts = accepted.reduce((sum, one) => sum + one.attempts, 0);
  return {
    counts,
    due,
    ...(due > 0 && { shareOnTime: onTime / due }),
    ...(median !== undefined && { medianEarlySeconds: median }),
    ...(accepted.length > 0 && { meanAttempts: attempts / accepted.length }),
  };
};

/** As people count: 2 before 10. */
const { compare: inOrder } = new Intl.Collator('en', { numeric: true });

/** Figures by whatever a delivery belongs to, in the order of their names. */
export const figuresBy = (
  deliveries: readonly Delivery[],
  nameOf: (delivery: Delivery) => string,
): readonly (Figures & { readonly name: string })[] => {
  const groups = new Map<string, Delivery[]>();
  for (const one of deliveries) {
    const name = nameOf(one);
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  return [...groups].sort(([a], [b]) => inOrder(a, b)).map(([name, group]) => ({ name, ...figuresOf(group) }));
};

/** Days of a quarter, `2026Q3`. @throws RangeError for what is none */
export const quarterOf = (text: string): { readonly from: string; readonly to: string; readonly name: string } => {
  const [, year, number] = /^(20\d{2})-?Q([1-4])$/i.exec(text) ?? [];
  if (year === undefined || number === undefined) throw new RangeError(`${text} is no quarter`);
  const day = (month: number, of: number) => new Date(Date.UTC(Number(year), month, of)).toISOString().slice(0, 10);
  const first = (Number(number) - 1) * 3;
  return { from: day(first, 1), to: day(first + 3, 0), name: `${year}Q${number}` };
};

/** A report: what deliveries of some days come to. */
export interface QuarterReport extends Figures {
  readonly quarter: string;
  readonly from: string;
  readonly to: string;
  /** All when absent. */
  readonly partner?: string;
  readonly feeds: readonly (Figures & { readonly name: string })[];
  readonly partners: readonly (Figures & { readonly name: string })[];
  readonly deliveries: readonly Delivery[];
}

/** @param all of any days, of any partners */
export const reportOf = (
  all: readonly Delivery[],
  { quarter, partner }: { readonly quarter: ReturnType<typeof quarterOf>; readonly partner?: string | undefined },
): QuarterReport => {
  const { from, to, name } = quarter;
  const deliveries = all.filter(
    (one) => one.day >= from && one.day <= to && (partner === undefined || one.partner === partner),
  );
  return {
    quarter: name,
    from,
    to,
    ...(partner !== undefined && { partner }),
    ...figuresOf(deliveries),
    partners: figuresBy(deliveries, (one) => one.partner),
    feeds: figuresBy(deliveries, (one) => `${one.partner}/${one.feed}`),
    deliveries,
  };
};
