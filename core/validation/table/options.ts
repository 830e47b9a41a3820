import type { RowCheck } from '../checks.ts';

/** What the rows are told besides the schema. */
export interface TableOptions {
  /** The days that the period column may say, `yyyy-mm-dd`. */
  readonly period?: { readonly column: string; readonly name: string; readonly from: string; readonly to: string };
  /** Sees every record of a table with a header; a feed's own rule. */
  readonly onRow?: RowCheck;
}
