/**
 * Whether an automaton takes some bytes. Its table has 256 u16 a state; state 0 takes nothing any more, state 1 is the
 * start, and behind the table stands one byte a state: 1 where it may end.
 *
 * @param automaton address of u32 states, then the table, then the ends
 */
export function accepts(automaton: usize, from: usize, to: usize): bool {
  const table = automaton + 4;
  let state: u32 = 1;
  for (let at = from; at < to; at += 1) {
    state = load<u16>(table + (((state << 8) | load<u8>(at)) << 1));
    if (!state) return false;
  }
  return load<u8>(table + (load<u32>(automaton) << 9) + state) !== 0;
}
