/** The values of a list in the query protocol: `<prefix>.1<suffix>`, `<prefix>.2<suffix>`, … */
export const members = (input: ReadonlyMap<string, string>, prefix: string, suffix = ''): string[] => {
  const values: string[] = [];
  for (;;) {
    const value = input.get(`${prefix}.${values.length + 1}${suffix}`);
    if (value === undefined) return values;
    values.push(value);
  }
};
