/**
 * Whether an automaton takes some bytes. A state is 128 u32, one for each byte of ASCII: the address of the next state, so
 * that a step is one addition and one load. Behind them stands 1 where it may end. A byte beyond ASCII is never taken.
 *
 * @param start address of the first state; the one that takes nothing any more leads to itself
 */
export function accepts(start: usize, from: usize, to: usize): bool {
  let state = start;
  let seen: u32 = 0;
  for (let at = from; at < to; at += 1) {
    const byte: u32 = load<u8>(at);
    seen |= byte;
    state = load<u32>(state + ((byte & 0x7f) << 2));
  }
  return seen < 0x80 && load<u32>(state + 512) !== 0;
}

/**
 * Whether some bytes are one of a few short texts: each of them eight bytes, filled with zero.
 *
 * @param set address of a count, and the texts eight bytes behind it
 */
export function isOneOf(set: usize, from: usize, to: usize): bool {
  const length = to - from;
  if (length === 0 || length > 8) return false;
  const text = load<u64>(from) & (u64(0xffffffffffffffff) >> (u64(8 - length) << 3));
  const end = set + 8 + (load<u32>(set) << 3);
  for (let one = set + 8; one < end; one += 8) if (load<u64>(one) === text) return true;
  return false;
}
