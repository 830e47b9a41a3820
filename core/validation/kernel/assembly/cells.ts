import { accepts, isOneOf } from './automaton';
import { codePoints } from './text';

/*
 * A cell is *cleared* here or handed to the host. Clearing must be certain; doubt costs only time, because the host
 * judges what is handed to it by the full rules. So no finding is ever made here.
 */

/** Every cell goes to the host. */
export const HOST: u32 = 1;
/** An empty cell is a missing value, and may be. */
export const EMPTY: u32 = 2;
/** Digits with at most one decimal point, within `min` and `max`. */
export const NUMBER: u32 = 4;
/** As NUMBER, without a decimal point. */
export const WHOLE: u32 = 8;
/** `2026-11-22`, within `dateMin` and `dateMax`. */
export const DATE: u32 = 16;
/** What the automata take. */
export const AUTOMATON: u32 = 32;
/** A length in code points. */
export const LENGTH: u32 = 64;
/** A first byte that a spreadsheet would take for a formula is for the host. */
export const FORMULA: u32 = 128;
/** One of a few short texts. */
export const SET: u32 = 256;
/** Part of a key: where the cell is is kept. */
export const KEY: u32 = 512;
/** As many bytes as there are ranges, each within its own: what a pattern of fixed length asks. */
export const RANGES: u32 = 1024;
/** `2026-11-22T07:41:00Z`; what is written otherwise is for the automaton. */
export const MOMENT: u32 = 2048;

/* Layout of a column, bytes from its start; the host writes it. */
export const COLUMN_BYTES: usize = 64;
const FLAGS: usize = 0;
const AUTOMATON_A: usize = 4;
const AUTOMATON_B: usize = 8;
const MIN_LENGTH: usize = 12;
const MAX_LENGTH: usize = 16;
const DATE_MIN: usize = 20;
const DATE_MAX: usize = 24;
const SET_ADDRESS: usize = 28;
const RANGES_ADDRESS: usize = 48;
const MIN: usize = 32;
const MAX: usize = 40;

export function isCleared(column: usize, from: usize, to: usize): bool {
  const flags = load<u32>(column + FLAGS) & ~KEY;
  if (!flags) return true;
  if (flags & HOST) return false;
  if (from === to) return (flags & EMPTY) !== 0;
  if (flags & FORMULA && startsFormula(load<u8>(from))) return false;
  if (flags & (NUMBER | WHOLE) && !isNumber(column, flags, from, to)) return false;
  if (flags & DATE && !isDate(column, from, to)) return false;
  if (flags & SET && !isOneOf(load<u32>(column + SET_ADDRESS), from, to)) return false;
  if (flags & RANGES && !isWithin(load<u32>(column + RANGES_ADDRESS), from, to)) return false;
  if (flags & MOMENT && isMoment(from, to)) return true;
  if (flags & AUTOMATON) {
    if (!accepts(load<u32>(column + AUTOMATON_A), from, to)) return false;
    const second = load<u32>(column + AUTOMATON_B);
    if (second && !accepts(second, from, to)) return false;
  }
  return !(flags & LENGTH) || hasLength(column, from, to);
}

/** A cell with doubled or escaped quotes: it is at most as long as it is written, and at least an eighth of that. */
export function isClearedAsWritten(column: usize, from: usize, to: usize): bool {
  const flags = load<u32>(column + FLAGS) & ~(KEY | EMPTY);
  if (!flags) return true;
  if (flags & ~(FORMULA | LENGTH)) return false;
  if (flags & FORMULA && startsFormula(load<u8>(from))) return false;
  if (!(flags & LENGTH)) return true;
  const bytes = u32(to - from);
  return bytes <= load<u32>(column + MAX_LENGTH) && bytes >> 3 >= load<u32>(column + MIN_LENGTH);
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
function startsFormula(byte: u8): bool {
  // TAB, CR, + - and = as bits; @ is the one beyond.
  return byte < 0x40 ? ((u64(0x2000280000002200) >> u64(byte)) & 1) !== 0 : byte === 0x40;
}

function hasLength(column: usize, from: usize, to: usize): bool {
  const least = load<u32>(column + MIN_LENGTH);
  const most = load<u32>(column + MAX_LENGTH);
  const bytes = u32(to - from);
  // A code point has one to four bytes.
  if (bytes <= most && bytes >> 2 >= least) return true;
  const length = codePoints(from, to);
  return length >= least && length <= most;
}

/** Up to fifteen digits: such a number, and ten to the power of its decimals, are exact as f64, and so is their ratio's rounding. */
function isNumber(column: usize, flags: u32, from: usize, to: usize): bool {
  let at = from;
  const first = load<u8>(at);
  const negative = first === 0x2d;
  if (negative || first === 0x2b) at += 1;
  if (to - at > 16) return false;
  const digits = at;
  let value: u64 = 0;
  let scale: i32 = -1;
  for (; at < to; at += 1) {
    const digit = u32(load<u8>(at)) - 0x30;
    if (digit <= 9) {
      value = value * 10 + digit;
      scale += i32(scale >= 0);
    } else if (digit === 0xfffffffe && scale < 0 && flags & NUMBER && at > digits) {
      scale = 0;
    } else return false;
  }
  const count = to - digits - usize(scale >= 0);
  if (count === 0 || count > 15) return false;
  let number = f64(value);
  if (scale > 0) number /= powerOfTen(scale);
  if (negative) number = -number;
  return number >= load<f64>(column + MIN) && number <= load<f64>(column + MAX);
}

function powerOfTen(exponent: i32): f64 {
  let power: f64 = 1;
  for (let index = 0; index < exponent; index += 1) power *= 10;
  return power;
}

function isDate(column: usize, from: usize, to: usize): bool {
  if (to - from !== 10) return false;
  const date = dateAt(from);
  return date !== 0 && date >= load<u32>(column + DATE_MIN) && date <= load<u32>(column + DATE_MAX);
}

/** 20261122 for `2026-11-22`; 0 for what is none. */
function dateAt(from: usize): u32 {
  if (load<u8>(from + 4) !== 0x2d || load<u8>(from + 7) !== 0x2d) return 0;
  const year = pairAt(from) * 100 + pairAt(from + 2);
  const month = pairAt(from + 5);
  const day = pairAt(from + 8);
  // A pair that holds no digits is 10,000 or more.
  if (year > 9999 || month - 1 > 11 || day - 1 > 30) return 0;
  // The end of a month that is shorter is the host's to judge.
  if (day > 28 && (month === 2 || (day === 31 && (month === 4 || month === 6 || month === 9 || month === 11))))
    return 0;
  return year * 10000 + month * 100 + day;
}

/** @param ranges address of a length up to 16, and sixteen bytes behind it the least and the most of each byte */
function isWithin(ranges: usize, from: usize, to: usize): bool {
  const length = load<u32>(ranges);
  if (to - from !== length) return false;
  const bytes = v128.load(from);
  const outside = v128.or(i8x16.lt_u(bytes, v128.load(ranges + 16)), i8x16.gt_u(bytes, v128.load(ranges + 32)));
  return !(i8x16.bitmask(outside) & ((1 << length) - 1));
}

function isMoment(from: usize, to: usize): bool {
  if (to - from !== 20 || load<u8>(from + 10) !== 0x54 || load<u8>(from + 19) !== 0x5a) return false;
  if (load<u8>(from + 13) !== 0x3a || load<u8>(from + 16) !== 0x3a) return false;
  if (pairAt(from + 11) > 23 || pairAt(from + 14) > 59 || pairAt(from + 17) > 59) return false;
  return dateAt(from) !== 0;
}

function pairAt(at: usize): u32 {
  const tens = u32(load<u8>(at)) - 0x30;
  const ones = u32(load<u8>(at + 1)) - 0x30;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 10000;
}
