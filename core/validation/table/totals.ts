import type { TableSchema } from '../../table-schema.ts';
import type { Findings } from '../findings.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { FileRules } from '../rules.ts';
import { DecimalSum } from './decimal.ts';
import { plainNumber } from './formats.ts';

type TotalsRule = NonNullable<FileRules['totals']>;

/** Compares the last row of a file, where it is one of totals, with what was counted. */
export class Totals {
  readonly #rule: TotalsRule;
  readonly #schema: TableSchema | undefined;
  readonly #findings: Findings;
  readonly #sums = new Map<number, DecimalSum>();
  #columns: readonly string[] = [];
  #said: { readonly cells: readonly string[]; readonly line: number; readonly rows: number } | undefined;
  #isOnly = true;

  constructor(rule: TotalsRule, schema: TableSchema | undefined, findings: Findings) {
    this.#rule = rule;
    this.#schema = schema;
    this.#findings = findings;
  }

  /** Tells the kernel what a row of totals begins with: it is no record. */
  begin(kernel: Kernel, columns: readonly string[]): void {
    this.#columns = columns;
    const marker = new TextEncoder().encode(this.#rule.marker);
    const address = kernel.allocate(marker.length);
    kernel.bytes.set(marker, address);
    kernel.exports.setMarker(address, marker.length);
    for (const name of this.#rule.sums ?? []) this.#sums.set(columns.indexOf(name), new DecimalSum());
  }

  sums(name: string): boolean {
    return this.#rule.sums?.includes(name) ?? false;
  }

  add(column: number, value: string): void {
    this.#sums.get(column)?.add(this.#plain(this.#columns[column] ?? '', value));
  }

  /** A number of a field, written with digits and a point. */
  #plain(name: string, value: string): string {
    const field = this.#schema?.fields.find((one) => one.name === name);
    return field ? plainNumber(field, value) : value;
  }

  /** @param rows how many there were so far: behind a row of totals there are no more */
  row(cells: readonly string[], line: number, rows: number): void {
    this.#isOnly = this.#said === undefined;
    this.#said = { cells, line, rows };
  }

  end(rows: number): void {
    if (!this.#said || !this.#isOnly || this.#said.rows !== rows) {
      this.#findings.add('totals.missing', { marker: this.#rule.marker }, {}, this.#said ? this.#rule.marker : '');
      return;
    }
    const { cells, line } = this.#said;
    const at = (name: string): string => this.#plain(name, cells[this.#columns.indexOf(name)] ?? '');
    if (this.#rule.rows !== undefined) {
      const said = at(this.#rule.rows);
      if (said !== String(rows)) this.#findings.add('totals.rows', { rows, said }, { line, column: this.#rule.rows });
    }
    for (const column of this.#rule.sums ?? []) {
      const sum = this.#sums.get(this.#columns.indexOf(column));
      if (sum && !sum.equals(at(column))) {
        this.#findings.add('totals.sum', { sum: sum.toString(), said: at(column) }, { line, column });
      }
    }
  }
}
