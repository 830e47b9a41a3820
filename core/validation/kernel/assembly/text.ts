/** What is wrong with the text that was looked at last. */
export const SOUND: i32 = 0;
export const NOT_UTF8: i32 = 1;
export const NUL: i32 = 2;
/** The text ends inside a character: sound so far. */
export const CUT: i32 = 3;

export let fault: i32 = SOUND;

/**
 * Checks that bytes are UTF-8 (RFC 3629 §4) without NUL, sixteen at a time where they are ASCII.
 *
 * @returns the first byte that is not, with `fault` set; `to` when all are sound
 */
export function checkText(from: usize, to: usize): usize {
  let at = from;
  fault = SOUND;
  while (at + 16 <= to) {
    const block = v128.load(at);
    const beyond = i8x16.bitmask(block);
    if (!i8x16.all_true(block)) break;
    if (!beyond) {
      at += 16;
      continue;
    }
    at += ctz(beyond);
    // Of most texts the next character is as this one, or an ASCII letter follows.
    while (at < to && load<u8>(at) >= 0x80) {
      const length = characterAt(at, to);
      if (fault) return at;
      at += length;
    }
  }
  while (at < to) {
    const length = characterAt(at, to);
    if (fault) return at;
    at += length;
  }
  return at;
}

function characterAt(at: usize, to: usize): usize {
  const first = load<u8>(at);
  if (first < 0x80) {
    if (first === 0) fault = NUL;
    return 1;
  }
  if (first < 0xc2 || first > 0xf4) {
    fault = NOT_UTF8;
    return 0;
  }
  const length: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let index: usize = 1; index < length; index += 1) {
    if (at + index >= to) {
      fault = CUT;
      return 0;
    }
    const byte = load<u8>(at + index);
    const least: u8 = index > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const most: u8 = index > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (byte < least || byte > most) {
      fault = NOT_UTF8;
      return 0;
    }
  }
  return length;
}

/** Code points of sound UTF-8. */
export function codePoints(from: usize, to: usize): u32 {
  let count: u32 = 0;
  for (let at = from; at < to; at += 1) count += u32((load<u8>(at) & 0xc0) !== 0x80);
  return count;
}
