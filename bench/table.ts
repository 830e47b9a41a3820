/** The middle of some figures. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Prints figures side by side: median, spread, and the ratio of medians to one of them. */
export const printTable = (title: string, rates: ReadonlyMap<string, readonly number[]>, base: string): void => {
  process.stdout.write(`${title}: median (min to max), ratio to ${base}\n`);
  const one = median(rates.get(base) ?? []);
  for (const [name, values] of rates) {
    const spread = `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
    process.stdout.write(
      `${name.padEnd(30)}${median(values).toFixed(1).padStart(10)}  (${spread})  ${(median(values) / one).toFixed(3)}\n`,
    );
  }
};
