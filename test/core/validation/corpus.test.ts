import { type Case, checked, summaryOf } from '../../corpus/case.ts';
import { cells, keys } from '../../corpus/cells.ts';
import { documents } from '../../corpus/documents.ts';
import { mistakes } from '../../corpus/mistakes.ts';
import { reviewed } from '../../corpus/reviewed.ts';
import { sets } from '../../corpus/sets.ts';
import { structure } from '../../corpus/structure.ts';

const groups: Readonly<Record<string, readonly Case[]>> = {
  structure,
  cells,
  keys,
  documents,
  mistakes,
  reviewed,
  sets,
};

/** Bytes that come at once. */
const steps = process.env.AIRLOCK_TESTS === 'full' ? [1, 3, 65_536] : [1, 65_536];

describe.each(Object.entries(groups))('the corpus: %s', (_, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const size = Buffer.from(one.content).length;
    for (const step of size > 5000 ? [65_536] : steps) {
      const report = await checked(one, step);
      expect(summaryOf(report)).toEqual(one.found);
      if (one.rows !== undefined) expect(report.rows).toBe(one.rows);
    }
  });
});

describe('the corpus', () => {
  it('has more than 300 files', () => {
    expect(Object.values(groups).flat().length).toBeGreaterThan(300);
  });
});
