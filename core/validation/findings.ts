import { type MessageId, type Params, ruleOf, say } from './catalog.ts';
import { excerpt } from './excerpt.ts';
import type { Concluded, Finding, Report, RowExcerpt } from './report-document.ts';
import { defaultSeverity, type SeverityOrOff } from './severity.ts';

/** A report with one finding more, about the whole file; the same one is said once. */
export const withFinding = (report: Report, id: MessageId, params: Params): Report => {
  if (report.totals[ruleOf(id)] !== undefined) return report;
  const more = new Findings();
  more.add(id, params);
  const { findings, totals } = more.conclude(undefined);
  return {
    ...report,
    valid: false,
    findings: [...findings, ...report.findings],
    totals: { ...report.totals, ...totals },
  };
};

/** Examples kept per rule; beyond that only the total grows. */
export const examplesPerRule = 20;

/** Rows shown with the cell that is wrong. */
export const mostExcerpts = 20;
const mostNeighbours = 3;

/** Where in a file something is wrong. */
export interface Place {
  readonly line?: number;
  readonly row?: number;
  readonly column?: string;
}

/** A record, to show a cell among its neighbours. */
export interface ShownRow {
  readonly columns: readonly string[];
  readonly cells: readonly string[];
  readonly at?: number;
}

interface Options {
  /** What the feed says of rules: `off` ones are not looked at. */
  readonly severity?: Readonly<Record<string, SeverityOrOff>>;
  /** The share of rows that may break a rule before it counts as an error: 0.001 is 0.1 %. */
  readonly tolerate?: Readonly<Record<string, number>>;
}

/** Behind these nothing was read: whatever a feed says of the rule, the file cannot be taken for whole. */
const endsReading = (id: MessageId): boolean =>
  /^(content\.type#|set\.notZip$|encoding\.(utf16|declared)|csv\.(delimiter|structure#neverClosed)|json\.notLines|archive\.|limit\.(unpacked|ratio|record|columns))/.test(
    id,
  );

interface Tally {
  /** Something that ended the reading was among them. */
  isFinal: boolean;
  total: number;
  rows: number;
  lastRow: number;
}

/** Collects findings in bounded memory. */
export class Findings {
  #kept: Finding[] = [];
  readonly #tallies = new Map<string, Tally>();
  #excerpts: RowExcerpt[] = [];
  readonly #options: Options;
  /** What was found in the files of a set. */
  readonly #parts: { readonly file: string; readonly found: Concluded }[] = [];

  constructor(options: Options = {}) {
    this.#options = options;
  }

  /**
   * @param got what stands in the file, where the message does not say it itself
   * @param show the record around it, asked for only while there is room
   */
  add(id: MessageId, params: Params, place: Place = {}, got = '', show?: () => ShownRow): void {
    this.#add(ruleOf(id), { id, params }, place, got, show);
  }

  /** A finding of a feed's own rule. */
  addCustom(rule: string, words: { expected: string; fix: string }, place: Place, got: string, show?: () => ShownRow) {
    const params = { wanted: excerpt(words.expected, 200), cure: excerpt(words.fix, 200) };
    this.#add(`custom.${rule}`, { id: 'custom', params }, place, got, show);
  }

  /** Says one thing in place of all that was said by a rule. */
  replace(rule: string, id: MessageId, params: Params): void {
    if (!this.checks(rule)) return;
    this.#tallies.delete(rule);
    this.#kept = this.#kept.filter((one) => one.rule !== rule);
    this.#excerpts = this.#excerpts.filter((one) => one.rule !== rule);
    this.add(id, params);
  }

  /** What was found in one file of a set. */
  include(file: string, found: Concluded): void {
    this.#parts.push({ file: excerpt(file, 80), found });
  }

  /** Whether a rule is looked at. */
  checks(rule: string): boolean {
    return this.#severityOf(rule) !== 'off';
  }

  /** How often a rule was broken so far. */
  total(rule: string): number {
    return this.#tallies.get(rule)?.total ?? 0;
  }

  get hasErrors(): boolean {
    return [...this.#tallies.keys()].some((rule) => this.#severityOf(rule) === 'error');
  }

  /** What stands, now that all rows are known: what is within a rule's tolerance is a warning. */
  conclude(rows: number | undefined): Concluded {
    return this.#parts.reduce(merged, this.#own(rows));
  }

  #own(rows: number | undefined): Concluded {
    const tolerated = new Set<string>();
    for (const [rule, most] of Object.entries(this.#options.tolerate ?? {})) {
      const broken = this.#tallies.get(rule)?.rows ?? 0;
      if (broken === 0 || rows === undefined || this.#tallies.get(rule)?.isFinal) continue;
      if (broken <= most * rows) tolerated.add(rule);
      else this.add('limit.tolerance', { rule, most: percent(most), count: broken, rows });
    }
    const severity = (rule: string) => (tolerated.has(rule) ? 'warning' : this.#severityOf(rule));
    const findings = this.#kept
      .map((one) => ({ ...one, severity: severity(one.rule) === 'warning' ? 'warning' : 'error' }) as const)
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return {
      valid: [...this.#tallies.keys()].every((rule) => severity(rule) === 'warning'),
      findings,
      totals: Object.fromEntries([...this.#tallies].map(([rule, { total }]) => [rule, total])),
      ...(this.#excerpts.length > 0 && { excerpts: this.#excerpts }),
    };
  }

  #severityOf(rule: string): SeverityOrOff {
    if (this.#tallies.get(rule)?.isFinal) return 'error';
    return this.#options.severity?.[rule] ?? defaultSeverity(rule);
  }

  #add(rule: string, said: { id: MessageId; params: Params }, place: Place, got: string, show?: () => ShownRow): void {
    const isFinal = endsReading(said.id);
    if (!isFinal && !this.checks(rule)) return;
    const tally = this.#tallies.get(rule) ?? { isFinal, total: 0, rows: 0, lastRow: 0 };
    tally.isFinal ||= isFinal;
    this.#tallies.set(rule, tally);
    tally.total += 1;
    if (place.row !== undefined && place.row !== tally.lastRow) {
      tally.rows += 1;
      tally.lastRow = place.row;
    }
    if (tally.total > examplesPerRule) return;
    const safe = Object.fromEntries(
      Object.entries(said.params).map(([name, value]) => [
        name,
        typeof value === 'number' ? value : excerpt(value, 300),
      ]),
    );
    const words = say(said.id, safe, 'en');
    this.#kept.push({
      rule,
      severity: 'error',
      ...place,
      ...(place.column !== undefined && { column: excerpt(place.column, 80) }),
      expected: words.expected,
      got: words.got ?? excerpt(got, 80),
      fix: words.fix,
      message: said.id,
      ...(Object.keys(safe).length > 0 && { params: safe }),
    });
    if (show && place.line !== undefined && this.#excerpts.length < mostExcerpts) {
      this.#excerpts.push({ line: place.line, rule, ...around(show()) });
    }
  }
}

/** Of all files of a set together, so many are shown. */
const mostInSet = 200;

const merged = (all: Concluded, { file, found }: { readonly file: string; readonly found: Concluded }): Concluded => {
  const totals = { ...all.totals };
  for (const [rule, count] of Object.entries(found.totals)) totals[rule] = (totals[rule] ?? 0) + count;
  const excerpts = [...(all.excerpts ?? []), ...(found.excerpts ?? []).map((one) => ({ file, ...one }))];
  return {
    valid: all.valid && found.valid,
    findings: shownOf([...all.findings, ...found.findings.map((one) => ({ file, ...one }))]),
    totals,
    ...(excerpts.length > 0 && { excerpts: excerpts.slice(0, mostExcerpts) }),
  };
};

/** Where there are too many, what decides stays. */
const shownOf = (findings: readonly Finding[]): Finding[] => {
  if (findings.length <= mostInSet) return [...findings];
  const of = (wanted: Finding['severity']) => findings.filter(({ severity }) => severity === wanted);
  return [...of('error'), ...of('warning')].slice(0, mostInSet);
};

/** `0.1 %` */
const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

/** A cell and those beside it; of a row without a certain cell, its first ones. */
const around = ({ columns, cells, at }: ShownRow): Pick<RowExcerpt, 'columns' | 'cells' | 'at'> => {
  const from = Math.max(0, (at ?? 0) - mostNeighbours);
  const to = (at ?? mostNeighbours) + mostNeighbours + 1;
  return {
    columns: columns.slice(from, to).map((one) => excerpt(one, 40)),
    cells: cells.slice(from, to).map((one) => excerpt(one, 40)),
    ...(at !== undefined && { at: at - from }),
  };
};
