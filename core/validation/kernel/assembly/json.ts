import { accepts } from './automaton';
import { BLANK, beginRecord, clearEvents, endRecord, hasRoom, LINE, tell } from './events';
import { NEEDS_HOST, NEEDS_MORE } from './scan';
import { codePoints } from './text';

/*
 * JSON (RFC 8259) against a compiled part of JSON Schema. As with cells, a line is cleared or handed to the host: what the
 * kernel cannot be sure of (an escape where a pattern is asked for, a number of many digits) is for the host to judge.
 */

/* Types a node takes. */
const NULL: u32 = 1;
const BOOLEAN: u32 = 2;
const NUMBER: u32 = 4;
const INTEGER: u32 = 8;
const STRING: u32 = 16;
const ARRAY: u32 = 32;
const OBJECT: u32 = 64;
/** Every value is for the host. */
const HOST: u32 = 128;
/** `min` and `max` are asked of numbers. */
const BOUNDED: u32 = 256;
/** A property that is not listed is for the host. */
const CLOSED: u32 = 512;

/* Layout of a node, bytes from its start; the host writes it. 0 stands for a node that takes everything. */
const FLAGS: usize = 0;
const AUTOMATON_A: usize = 4;
const AUTOMATON_B: usize = 8;
const MIN_LENGTH: usize = 12;
const MAX_LENGTH: usize = 16;
const PROPERTIES: usize = 20;
const PROPERTY_COUNT: usize = 24;
const ADDITIONAL: usize = 28;
const ITEMS: usize = 32;
const MIN_ITEMS: usize = 36;
const MAX_ITEMS: usize = 40;
const MIN: usize = 48;
const MAX: usize = 56;
/** A bit for each of the first 64 properties that must be there. */
const REQUIRED: usize = 64;

/* Layout of a property: address and length of its name, its node. */
const PROPERTY_BYTES: usize = 12;

const deepest: i32 = 100;

let root: usize = 0;
let longestLine: usize = 0;
/** In a document line ends are white space; in a line they end it. */
let takesLines: bool = false;
let depth: i32 = 0;

export let jsonPosition: usize = 0;
export let jsonLine: u32 = 1;
export let jsonRows: u32 = 0;
/** Where the value that was read last stopped to be JSON. */
export let faultAt: usize = 0;

export function setNodes(root_: usize, longestLine_: u32): void {
  root = root_;
  longestLine = longestLine_;
  jsonLine = 1;
  jsonRows = 0;
}

/** Reads lines; the host keeps LF behind the end, and begins the next scan at `jsonPosition`. */
export function scanLines(from: usize, to: usize, isFinal: bool): i32 {
  clearEvents();
  takesLines = false;
  let at = from;
  while (at < to) {
    jsonPosition = at;
    if (!hasRoom()) return NEEDS_HOST;
    depth = 0;
    const start = space(at);
    let stop: usize = 0;
    if (load<u8>(start) !== 0x0a) {
      stop = value(start, root);
      if (stop) stop = space(stop);
    } else stop = start;
    const isCleared = stop !== 0 && load<u8>(stop) === 0x0a;
    const end = isCleared ? stop : lineFeed(start);
    if (end >= to && !isFinal) return NEEDS_MORE;
    if (start >= min(end, to)) {
      beginRecord(jsonRows + 1);
      if (end < to) tell(BLANK, 0, at, at, at, jsonLine);
      endRecord(at);
    } else {
      jsonRows += 1;
      if (!isCleared || stop > to || stop - start > longestLine) {
        beginRecord(jsonRows);
        tell(LINE, 0, start, min(end, to), at, jsonLine);
        endRecord(min(end, to));
      }
    }
    if (end < to) jsonLine += 1;
    at = end + 1;
  }
  jsonPosition = min(at, to);
  return NEEDS_MORE;
}

/**
 * Whether some bytes are one JSON value and nothing else. The host keeps LF behind the end.
 *
 * @param takesLines_ line ends are white space
 * @returns false with `faultAt` where it stops to be one
 */
export function parseDocument(from: usize, to: usize, takesLines_: bool): bool {
  takesLines = takesLines_;
  depth = 0;
  const stop = value(space(from), 0);
  if (!stop) return false;
  faultAt = space(stop);
  return faultAt >= to;
}

function lineFeed(from: usize): usize {
  const lf = i8x16.splat(0x0a);
  let at = from;
  while (true) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), lf));
    if (mask) return at + ctz(mask);
    at += 16;
  }
}

function space(from: usize): usize {
  let at = from;
  while (true) {
    const byte = load<u8>(at);
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && !(takesLines && byte === 0x0a)) return at;
    // The guard behind the end of a document is none of it.
    if (byte === 0x0a && load<u64>(at) === 0x0a0a0a0a0a0a0a0a && load<u64>(at + 8) === 0x0a0a0a0a0a0a0a0a) return at;
    at += 1;
  }
}

function fail(at: usize): usize {
  faultAt = at;
  return 0;
}

/** @returns behind the value; 0 when it is none, or is for the host */
function value(at: usize, node: usize): usize {
  const byte = load<u8>(at);
  if (node && load<u32>(node + FLAGS) & HOST) return fail(at);
  if (byte === 0x22) return text(at, node);
  if (byte === 0x7b) return object(at, node);
  if (byte === 0x5b) return array(at, node);
  if (byte === 0x2d || byte - 0x30 <= 9) return number(at, node);
  if (byte === 0x74) return word(at, node, BOOLEAN, 0x65757274, 4);
  if (byte === 0x66) return word(at, node, BOOLEAN, 0x736c6166, 5);
  if (byte === 0x6e) return word(at, node, NULL, 0x6c6c756e, 4);
  return fail(at);
}

function takes(node: usize, type: u32): bool {
  return !node || (load<u32>(node + FLAGS) & type) !== 0;
}

function word(at: usize, node: usize, type: u32, letters: u32, length: usize): usize {
  if (load<u32>(at) !== letters || (length === 5 && load<u8>(at + 4) !== 0x65)) return fail(at);
  return takes(node, type) ? at + length : fail(at);
}

let hasEscape: bool = false;

/** @param at the first quote; @returns the last, 0 when the string is not well formed */
function closingQuote(at: usize): usize {
  const quotes = i8x16.splat(0x22);
  const escapes = i8x16.splat(0x5c);
  const controls = i8x16.splat(0x20);
  hasEscape = false;
  let position = at + 1;
  while (true) {
    const block = v128.load(position);
    const mask = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(block, quotes), i8x16.eq(block, escapes)), i8x16.lt_u(block, controls)),
    );
    if (!mask) {
      position += 16;
      continue;
    }
    position += ctz(mask);
    const byte = load<u8>(position);
    if (byte === 0x22) return position;
    if (byte !== 0x5c) return fail(position);
    hasEscape = true;
    const kind = load<u8>(position + 1);
    if (kind === 0x75) {
      for (let index: usize = 2; index < 6; index += 1) {
        if (!isHex(load<u8>(position + index))) return fail(position + index);
      }
      position += 6;
    } else if (
      kind === 0x22 ||
      kind === 0x5c ||
      kind === 0x2f ||
      kind === 0x62 ||
      kind === 0x66 ||
      kind === 0x6e ||
      kind === 0x72 ||
      kind === 0x74
    ) {
      position += 2;
    } else return fail(position + 1);
  }
}

function isHex(byte: u8): bool {
  return byte - 0x30 <= 9 || (byte | 0x20) - 0x61 <= 5;
}

function text(at: usize, node: usize): usize {
  const stop = closingQuote(at);
  if (!stop) return 0;
  if (!node) return stop + 1;
  if (!takes(node, STRING)) return fail(at);
  const first = load<u32>(node + AUTOMATON_A);
  const least = load<u32>(node + MIN_LENGTH);
  const most = load<u32>(node + MAX_LENGTH);
  const isAsked = first || least || most !== 0xffffffff;
  if (!isAsked) return stop + 1;
  const bytes = u32(stop - at - 1);
  // A character is written with one to six bytes.
  if (hasEscape) return !first && bytes <= most && bytes / 6 >= least ? stop + 1 : fail(at);
  if (first) {
    const second = load<u32>(node + AUTOMATON_B);
    if (!accepts(first, at + 1, stop) || (second && !accepts(second, at + 1, stop))) return fail(at);
  }
  if (bytes > most || bytes >> 2 < least) {
    const length = codePoints(at + 1, stop);
    if (length < least || length > most) return fail(at);
  }
  return stop + 1;
}

function number(from: usize, node: usize): usize {
  let at = from;
  const negative = load<u8>(at) === 0x2d;
  if (negative) at += 1;
  const digits = at;
  let whole: u64 = 0;
  let byte = load<u8>(at);
  if (byte === 0x30) {
    at += 1;
  } else {
    while (byte - 0x30 <= 9) {
      whole = whole * 10 + (byte - 0x30);
      at += 1;
      byte = load<u8>(at);
    }
    if (at === digits) return fail(at);
  }
  let count = at - digits;
  let isWhole = true;
  let scale: f64 = 1;
  if (load<u8>(at) === 0x2e) {
    isWhole = false;
    at += 1;
    const decimals = at;
    byte = load<u8>(at);
    while (byte - 0x30 <= 9) {
      whole = whole * 10 + (byte - 0x30);
      scale *= 10;
      at += 1;
      byte = load<u8>(at);
    }
    if (at === decimals) return fail(at);
    count += at - decimals;
  }
  byte = load<u8>(at) | 0x20;
  let isPlain = count <= 15;
  if (byte === 0x65) {
    isPlain = false;
    isWhole = false;
    at += 1;
    byte = load<u8>(at);
    if (byte === 0x2b || byte === 0x2d) at += 1;
    const exponent = at;
    while (load<u8>(at) - 0x30 <= 9) at += 1;
    if (at === exponent) return fail(at);
  }
  if (!node) return at;
  const flags = load<u32>(node + FLAGS);
  if (!(flags & NUMBER) && !(flags & INTEGER && isWhole)) return fail(from);
  if (flags & BOUNDED) {
    if (!isPlain) return fail(from);
    let amount = f64(whole) / scale;
    if (negative) amount = -amount;
    if (!(amount >= load<f64>(node + MIN) && amount <= load<f64>(node + MAX))) return fail(from);
  }
  return at;
}

function array(from: usize, node: usize): usize {
  if (!takes(node, ARRAY)) return fail(from);
  depth += 1;
  if (depth > deepest) return fail(from);
  const items: usize = node ? load<u32>(node + ITEMS) : 0;
  let count: u32 = 0;
  let at = space(from + 1);
  if (load<u8>(at) !== 0x5d) {
    while (true) {
      at = value(at, items);
      if (!at) return 0;
      count += 1;
      at = space(at);
      const byte = load<u8>(at);
      if (byte === 0x5d) break;
      if (byte !== 0x2c) return fail(at);
      at = space(at + 1);
    }
  }
  depth -= 1;
  if (node && (count < load<u32>(node + MIN_ITEMS) || count > load<u32>(node + MAX_ITEMS))) return fail(from);
  return at + 1;
}

function object(from: usize, node: usize): usize {
  if (!takes(node, OBJECT)) return fail(from);
  depth += 1;
  if (depth > deepest) return fail(from);
  let seen: u64 = 0;
  // Records of one source name their properties in the same order: the next one is most likely the next.
  let expected: u32 = 0;
  let at = space(from + 1);
  if (load<u8>(at) !== 0x7d) {
    while (true) {
      if (load<u8>(at) !== 0x22) return fail(at);
      const stop = closingQuote(at);
      if (!stop) return 0;
      let child: usize = 0;
      if (node) {
        if (hasEscape) return fail(at);
        const index = propertyAt(node, at + 1, u32(stop - at - 1), expected);
        if (index >= 0) {
          const bit = u64(1) << u64(index & 63);
          // A name that comes twice means whatever the reader makes of it.
          if (index < 64 && seen & bit) return fail(at);
          if (index < 64) seen |= bit;
          child = load<u32>(load<u32>(node + PROPERTIES) + usize(index) * PROPERTY_BYTES + 8);
          expected = u32(index) + 1;
        } else {
          if (load<u32>(node + FLAGS) & CLOSED) return fail(at);
          child = load<u32>(node + ADDITIONAL);
        }
      }
      at = space(stop + 1);
      if (load<u8>(at) !== 0x3a) return fail(at);
      at = value(space(at + 1), child);
      if (!at) return 0;
      at = space(at);
      const byte = load<u8>(at);
      if (byte === 0x7d) break;
      if (byte !== 0x2c) return fail(at);
      at = space(at + 1);
    }
  }
  depth -= 1;
  if (node) {
    const required = load<u64>(node + REQUIRED);
    if ((seen & required) !== required) return fail(from);
  }
  return at + 1;
}

function propertyAt(node: usize, name: usize, length: u32, expected: u32): i32 {
  const count = load<u32>(node + PROPERTY_COUNT);
  const list: usize = load<u32>(node + PROPERTIES);
  if (expected < count && isNamed(list + usize(expected) * PROPERTY_BYTES, name, length)) return i32(expected);
  for (let index: u32 = 0; index < count; index += 1) {
    if (isNamed(list + usize(index) * PROPERTY_BYTES, name, length)) return i32(index);
  }
  return -1;
}

function isNamed(property: usize, name: usize, length: u32): bool {
  if (load<u32>(property + 4) !== length) return false;
  const known: usize = load<u32>(property);
  for (let index: u32 = 0; index < length; index += 1) {
    if (load<u8>(known + index) !== load<u8>(name + index)) return false;
  }
  return true;
}
