import type { Findings } from '../findings.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { FileRules } from '../rules.ts';
import { DecimalSum } from './decimal.ts';

type TotalsRule = NonNullable<FileRules['totals']>;

/** Compares the last row of a file, where it is one of totals, with what was counted. */
export class Totals {
  readonly #rule: TotalsRule;
  readonly #findings: Findings;
  readonly #sums = new Map<number, DecimalSum>();
  #columns: readonly string[] = [];
  #said: { readonly cells: readonly string[]; readonly line: number } | undefined;

  constructor(rule: TotalsRule, findings: Findings) {
    this.#rule = rule;
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
    this.#sums.get(column)?.add(value);
  }

  row(cells: readonly string[], line: number): void {
    this.#said = { cells, line };
  }

  end(rows: number): void {
    if (!this.#said) {
      this.#findings.add('totals.missing', { marker: this.#rule.marker }, {}, '');
      return;
    }
    const { cells, line } = this.#said;
    const at = (name: string): string => cells[this.#columns.indexOf(name)] ?? '';
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
