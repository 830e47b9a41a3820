const hands = ['pointermove', 'pointerdown', 'touchstart', 'wheel', 'keydown', 'dragover'] as const;

/** Tells once that a person is there: mail scanners load pages too, scripts and all, but move nothing on them. */
export const whenSomebodyIsThere = (tell: () => void): void => {
  const told = new AbortController();
  const isThere = () => {
    told.abort();
    tell();
  };
  for (const hand of hands) window.addEventListener(hand, isThere, { signal: told.signal, passive: true });
};
