import { excerpt } from './excerpt.ts';
import type { Findings, Place, ShownRow } from './findings.ts';

/** A rule of a feed's own, for every row of its table. It stands in a module beside the feed, under its name. */
export interface FeedCheck {
  /** The column that it is about, to show where to look. */
  readonly column?: string;
  /** What should be so, and how to mend it: said to the partner as it stands here. */
  readonly expected: string;
  readonly fix: string;
  /** Undefined for a row that is fine; for another one what stands there. */
  row(row: Readonly<Record<string, string>>): string | undefined;
}

/** What such a module exports as `checks`. The rule of a check is `custom.<name>`. */
export type FeedChecks = Readonly<Record<string, FeedCheck>>;

/** Looks at a row; see `TableOptions.onRow`. */
export type RowCheck = (
  cells: readonly string[],
  columns: readonly string[],
  place: Place & { readonly row: number },
  show: () => ShownRow,
) => void;

/** All checks of a feed as one. */
export const rowCheck = (checks: FeedChecks, findings: Findings): RowCheck => {
  const all = Object.entries(checks).filter(([name]) => findings.checks(`custom.${name}`));
  return (cells, columns, place, show) => {
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    for (const [name, check] of all) {
      const got = looked(name, check, row, place.row);
      if (got === undefined) continue;
      const { column, expected, fix } = check;
      findings.addCustom(
        name,
        { expected, fix },
        { ...place, ...(column !== undefined && { column }) },
        excerpt(got, 80),
        show,
      );
    }
  };
};

/** @throws Error that names the check, and not what is in the file */
const looked = (
  name: string,
  check: FeedCheck,
  row: Readonly<Record<string, string>>,
  at: number,
): string | undefined => {
  try {
    return check.row(row);
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'an error';
    throw new Error(`the feed's own check ${name} failed with ${kind} at row ${at}: mend the check`);
  }
};
