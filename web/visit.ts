const hands = ['pointermove', 'pointerdown', 'touchstart', 'wheel', 'keydown', 'dragover'] as const;

/** A pointer moves many times a second; what could not be told is not told again with each. */
const pauseMs = 10_000;

/**
 * Tells once that somebody is there: mail scanners load pages, scripts and all, and hardly ever move something on them.
 *
 * @param tell whether it was heard, or never will be; else a later movement tells again
 */
export const whenSomebodyIsThere = (tell: () => Promise<boolean>): void => {
  const told = new AbortController();
  const isThere = async () => {
    told.abort();
    if (!(await tell())) setTimeout(() => whenSomebodyIsThere(tell), pauseMs);
  };
  for (const hand of hands) window.addEventListener(hand, isThere, { signal: told.signal, passive: true });
};
