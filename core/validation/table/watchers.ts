import { type ForeignKey, namesOf, type TableSchema } from '../../table-schema.ts';
import type { MessageId, Params } from '../catalog.ts';
import type { Findings } from '../findings.ts';
import { formatOf } from './formats.ts';
import type { TableOptions } from './options.ts';
import type { Totals } from './totals.ts';

type Add = (id: MessageId, params: Params) => void;

/** What is asked of cells besides their own rules: to be of the period, to be known elsewhere, to add up. */
export class Watchers {
  readonly #references: readonly {
    readonly column: number;
    readonly name: string;
    readonly values: ReadonlySet<string>;
  }[];
  readonly #missing: ReadonlySet<string>;
  readonly #columns: readonly string[];
  readonly #period: PeriodWatch | undefined;
  readonly #totals: Totals | undefined;

  constructor(
    columns: readonly string[],
    schema: TableSchema | undefined,
    period: TableOptions['period'],
    findings: Findings,
    totals: Totals | undefined,
  ) {
    this.#columns = columns;
    this.#missing = new Set(schema?.missingValues ?? ['']);
    this.#totals = totals;
    this.#references = (schema?.foreignKeys ?? []).map((key) => ({
      column: columns.indexOf(namesOf(key.fields)[0] ?? ''),
      ...referenceOf(key),
    }));
    this.#period = period && schema && new PeriodWatch(columns.indexOf(period.column), period, schema, findings);
  }

  /** Every cell of this column is wanted, whatever it says. */
  watches(column: number): boolean {
    return (
      this.#references.some((one) => one.column === column) ||
      (this.#totals?.sums(this.#columns[column] ?? '') ?? false)
    );
  }

  /** A cell that its own rules let pass. */
  cell(column: number, value: string, add: Add): void {
    if (this.#missing.has(value)) return;
    for (const { column: at, name, values } of this.#references) {
      if (at === column && !values.has(value)) add('cell.reference', { reference: name });
    }
    this.#totals?.add(column, value);
    this.#period?.cell(column, value, add);
  }

  end(rows: number): void {
    this.#period?.end(rows);
  }
}

const referenceOf = ({ reference, values = [] }: ForeignKey) => ({ name: reference.resource, values: new Set(values) });

class PeriodWatch {
  readonly #column: number;
  readonly #period: NonNullable<TableOptions['period']>;
  readonly #findings: Findings;
  readonly #dayOf: (value: string) => string;
  #outside = 0;
  #first = '9';
  #last = '';

  constructor(column: number, period: NonNullable<TableOptions['period']>, schema: TableSchema, findings: Findings) {
    this.#column = column;
    this.#period = period;
    this.#findings = findings;
    const field = schema.fields.find(({ name }) => name === period.column);
    const order = field && (field.format ?? 'default') !== 'default' ? formatOf(field).order : undefined;
    this.#dayOf = order ? (value) => new Date(order(value)).toISOString().slice(0, 10) : (value) => value.slice(0, 10);
  }

  cell(column: number, value: string, add: Add): void {
    if (column !== this.#column) return;
    const day = this.#dayOf(value);
    const { from, to, name } = this.#period;
    if (day >= from && day <= to) return;
    this.#outside += 1;
    if (day < this.#first) this.#first = day;
    if (day > this.#last) this.#last = day;
    add('period.outside', { from, to, period: name });
  }

  /** Not one row of the period: it is another period's file, and that says it better than its first twenty rows. */
  end(rows: number): void {
    if (rows === 0 || this.#outside < rows) return;
    this.#findings.replace('period.outside', 'period.previous', {
      period: this.#period.name,
      count: rows,
      from: this.#first,
      to: this.#last,
    });
  }
}
