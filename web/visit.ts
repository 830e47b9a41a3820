const hands = ['pointermove', 'pointerdown', 'touchstart', 'wheel', 'keydown', 'dragover'] as const;

/** Tells once that somebody is there: mail scanners load pages, scripts and all, and hardly ever move something on them. */
export const whenSomebodyIsThere = (tell: () => Promise<unknown>): void => {
  const told = new AbortController();
  const isThere = () => {
    told.abort();
    // What was not heard is told by the next movement.
    tell().catch(() => whenSomebodyIsThere(tell));
  };
  for (const hand of hands) window.addEventListener(hand, isThere, { signal: told.signal, passive: true });
};
