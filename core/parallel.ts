/** So many at once keep a network busy, and no list of sockets or open files long: a function has 1,024 of them. */
const atOnce = 24;

/** Works on all, several at once. @returns what came of each, in their order */
export const inParallel = async <T, Result>(
  all: readonly T[],
  work: (one: T) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results = new Array<Result>(all.length);
  const entries = all.entries();
  const worker = async () => {
    for (const [index, one] of entries) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
