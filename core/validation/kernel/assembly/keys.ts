/*
 * Which keys there were: an open-addressing table of 16 bytes a key, 96 bits of its hash and the row that had it first.
 * Two keys that share 96 bits are taken for one; among two million keys that has a chance of 2⁻⁵⁵.
 */

/* Layout of a key, bytes from its start; the host writes it, but for COUNT, DISORDERED and LAST_LENGTH. */
export const KEY_BYTES: usize = 48;
const TABLE: usize = 0;
/** A power of two. */
const SLOTS: usize = 4;
const LAST: usize = 8;
const LAST_LENGTH: usize = 12;
const COUNT: usize = 16;
const DISORDERED: usize = 20;
const IS_LARGEST: usize = 24;
/** How many columns it has, 0 for one that is given up; and the address of their indexes, u32 each. */
export const PARTS: usize = 28;
export const PART_LIST: usize = 32;

const SLOT_BYTES: usize = 16;

/** What `claim` says of a table that is half full. */
export const FULL: u32 = 0xffffffff;

let hashA: u64 = 0;
let hashB: u32 = 0;

/**
 * Takes a key for a row. In a table that can grow no more, keys that only ascend go on without it: none can repeat.
 *
 * @returns 0, the row that had it before, or FULL when the table has no room and is needed
 */
export function claim(key: usize, from: usize, length: u32, row: u32): u32 {
  const ascends = isAfterLast(key, from, length);
  const count = load<u32>(key + COUNT);
  const slots = load<u32>(key + SLOTS);
  const isFull = count >= slots >> 1;
  if (isFull && (!ascends || load<u32>(key + DISORDERED) || !load<u32>(key + IS_LARGEST))) return FULL;
  if (!ascends) store<u32>(key + DISORDERED, 1);
  memory.copy(load<u32>(key + LAST), from, length);
  store<u32>(key + LAST_LENGTH, length);
  if (isFull) return 0;
  hash(from, length);
  const slot = slotOf(load<u32>(key + TABLE), slots);
  const before = load<u32>(slot + 12);
  if (before) return before;
  fill(slot, row);
  store<u32>(key + COUNT, count + 1);
  return 0;
}

/** Moves every key to a larger table, whose memory is all zero. */
export function enlarge(key: usize, table: usize, slots: u32): void {
  const old: usize = load<u32>(key + TABLE);
  const end = old + usize(load<u32>(key + SLOTS)) * SLOT_BYTES;
  for (let slot = old; slot < end; slot += SLOT_BYTES) {
    const row = load<u32>(slot + 12);
    if (!row) continue;
    hashA = load<u64>(slot);
    hashB = load<u32>(slot + 8);
    fill(slotOf(table, slots), row);
  }
  store<u32>(key + TABLE, u32(table));
  store<u32>(key + SLOTS, slots);
}

function slotOf(table: usize, slots: u32): usize {
  let index = u32(hashA >> 20);
  while (true) {
    const slot = table + usize(index & (slots - 1)) * SLOT_BYTES;
    if (!load<u32>(slot + 12)) return slot;
    if (load<u64>(slot) === hashA && load<u32>(slot + 8) === hashB) return slot;
    index += 1;
  }
}

function fill(slot: usize, row: u32): void {
  store<u64>(slot, hashA);
  store<u32>(slot + 8, hashB);
  store<u32>(slot + 12, row);
}

/** By length, then by bytes: ids that count up ascend. */
function isAfterLast(key: usize, from: usize, length: u32): bool {
  const lastLength = load<u32>(key + LAST_LENGTH);
  if (length !== lastLength) return length > lastLength;
  return memory.compare(from, load<u32>(key + LAST), length) > 0;
}

function hash(from: usize, length: u32): void {
  let a: u64 = 0x9e3779b97f4a7c15 ^ u64(length);
  let b: u64 = 0xc2b2ae3d27d4eb4f + u64(length);
  let at = from;
  const end = from + length;
  while (at + 8 <= end) {
    const eight = load<u64>(at);
    a = mix(a ^ eight, 0xff51afd7ed558ccd);
    b = mix(b ^ eight, 0xc4ceb9fe1a85ec53);
    at += 8;
  }
  let rest: u64 = 0;
  for (let shift: u64 = 0; at < end; at += 1, shift += 8) rest |= u64(load<u8>(at)) << shift;
  a = mix(a ^ rest, 0xff51afd7ed558ccd);
  b = mix(b ^ rest, 0xc4ceb9fe1a85ec53);
  hashA = mix(a, 0x94d049bb133111eb);
  hashB = u32(mix(b, 0xbf58476d1ce4e5b9) >> 16);
}

function mix(value: u64, factor: u64): u64 {
  const product = value * factor;
  return product ^ (product >> 32);
}
