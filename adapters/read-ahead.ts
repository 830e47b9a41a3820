/** Large enough that a request's own time does not matter, small enough that three fit beside everything else. */
const rangeBytes = 8 * 2 ** 20;
const ahead = 2;
const attempts = 3;

/**
 * Reads a file piece by piece, and asks for the next pieces while one is being worked on: the network never waits for who
 * reads. A piece whose connection breaks off is asked for again.
 *
 * @param read the bytes from `from` up to, not including, `to`
 */
export async function* readAhead(
  size: number,
  read: (from: number, to: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const asked: Promise<Uint8Array>[] = [];
  const ask = (from: number): void => {
    if (from >= size) return;
    const piece = again(() => read(from, Math.min(from + rangeBytes, size)));
    // Whoever stops early leaves pieces that nobody waits for.
    piece.catch(() => undefined);
    asked.push(piece);
  };
  for (let from = 0; from < rangeBytes * ahead; from += rangeBytes) ask(from);
  for (let from = 0; from < size; from += rangeBytes) {
    const piece = asked.shift();
    ask(from + rangeBytes * ahead);
    if (piece) yield await piece;
  }
}

/** The client tries requests again, but not a body that breaks off. */
const again = async (read: () => Promise<Uint8Array>): Promise<Uint8Array> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (attempt >= attempts || !isBrokenOff(error)) throw error;
    }
  }
};

const isBrokenOff = (error: unknown): boolean =>
  error instanceof Error &&
  /ECONNRESET|EPIPE|aborted|bytes came for|socket hang up|terminated/i.test(`${error.name} ${error.message}`);
