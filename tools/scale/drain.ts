/** A place that lets so many through: what it can give at once, and what it gets back each second (a token bucket). */
export interface Stage {
  readonly name: string;
  readonly burst: number;
  readonly perSecond: number;
  /** Longest that one may wait here before whoever tries gives up; seconds. */
  readonly patienceSeconds: number;
}

/** How many came through all of it, and when. Seconds from the first start. */
export interface Drain {
  readonly half: number;
  readonly nearlyAll: number;
  readonly all: number;
  /** Where the longest queue was; undefined where nobody waited for a second. */
  readonly slowest: string | undefined;
  /** Places where somebody waited longer than they try. */
  readonly givesUp: readonly string[];
}

/**
 * So many at the same minute, through one place after another; second by second, first come first served.
 *
 * @param windowSeconds over which the starts are spread evenly; 0 for all at once
 */
export const drain = (count: number, windowSeconds: number, stages: readonly Stage[]): Drain => {
  const queues = stages.map(() => 0);
  const tokens = stages.map(({ burst }) => burst);
  const longest = stages.map(() => 0);
  const through: number[] = [];
  let [started, done] = [0, 0];
  for (let second = 0; done < count - 1e-6; second += 1) {
    const due = windowSeconds === 0 ? count : Math.min(count, (count * (second + 1)) / windowSeconds);
    let moving = due - started;
    started = due;
    for (const [index, { burst, perSecond }] of stages.entries()) {
      const queue = (queues[index] ?? 0) + moving;
      const budget = Math.min(Math.max(burst, perSecond), (tokens[index] ?? 0) + (second === 0 ? 0 : perSecond));
      moving = Math.min(queue, budget);
      tokens[index] = budget - moving;
      queues[index] = queue - moving;
      longest[index] = Math.max(longest[index] ?? 0, (queue - moving) / perSecond);
    }
    done += moving;
    through.push(done);
  }
  const when = (share: number) => through.findIndex((sum) => sum >= count * share - 1e-6) + 1;
  const worst = Math.max(...longest) < 1 ? -1 : longest.indexOf(Math.max(...longest));
  return {
    half: when(0.5),
    nearlyAll: when(0.99),
    all: through.length,
    slowest: stages[worst]?.name,
    givesUp: stages
      .filter(({ patienceSeconds }, index) => (longest[index] ?? 0) > patienceSeconds)
      .map(({ name }) => name),
  };
};
