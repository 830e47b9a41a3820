/** Synthesizes the app with the feeds of the tests. */
export const synthesizeForTests: () => void;
