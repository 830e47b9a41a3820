import { COLUMN_BYTES, isCleared, isClearedAsWritten, KEY } from './cells';
import {
  BLANK,
  beginRecord,
  CELL,
  clearEvents,
  dropCells,
  endRecord,
  hasRoom,
  KEY_IS_ESCAPED,
  KEYS_ARE_FULL,
  NEVER_CLOSED,
  QUOTE_IN_FIELD,
  RAGGED,
  REPEATED,
  ROW,
  TEXT_AFTER_QUOTE,
  TOO_LONG,
  TOTALS,
  takeBack,
  tell,
} from './events';
import { claim, FULL, KEY_BYTES, PART_LIST, PARTS } from './keys';
import { NEEDS_HOST, NEEDS_MORE } from './scan';

let delimiter: u8 = 0x2c;
let quote: u8 = 0x22;
/** Before a character that means itself inside quotes; the quote itself where quotes are doubled. */
let escaping: u8 = 0x22;
/** 0: none. */
let comment: u8 = 0;
let skipsSpace: bool = false;
/** The first field of a row of totals; no bytes for none. */
let marker: usize = 0;
let markerLength: usize = 0;
let wantsRows: bool = false;
let longestRecord: usize = 0;
let longestCell: usize = 0;
let columns: usize = 0;
let columnCount: u32 = 0;
let keys: usize = 0;
let keyCount: u32 = 0;
let ranges: usize = 0;
let scratch: usize = 0;

let recordLine: u32 = 0;

/** Where the next scan has to begin: everything before was dealt with. */
export let position: usize = 0;
/** Physical line of `position`, from 1. */
export let line: u32 = 1;
/** Records so far. */
export let rows: u32 = 0;
/** Records so far that ended with LF alone, with CR LF, with CR alone. */
export let lfEnds: u32 = 0;
export let crlfEnds: u32 = 0;
export let crEnds: u32 = 0;

export function setDialect(delimiter_: u8, quote_: u8, escaping_: u8, comment_: u8, skipsSpace_: bool): void {
  delimiter = delimiter_;
  quote = quote_;
  escaping = escaping_;
  comment = comment_;
  skipsSpace = skipsSpace_;
}

/** What is longer, in bytes, is told of. */
export function setLimits(record_: u32, cell_: u32): void {
  longestRecord = record_;
  longestCell = cell_;
}

export function setMarker(from: usize, length: u32): void {
  marker = from;
  markerLength = length;
}

/**
 * @param ranges_ room for 12 bytes a column: where its cell of this record is
 * @param scratch_ room for a record: the parts of a key, one after the other
 * @param wantsRows_ an event for every record
 */
export function setTable(
  columns_: usize,
  columnCount_: u32,
  keys_: usize,
  keyCount_: u32,
  ranges_: usize,
  scratch_: usize,
  wantsRows_: bool,
): void {
  columns = columns_;
  columnCount = columnCount_;
  keys = keys_;
  keyCount = keyCount_;
  ranges = ranges_;
  scratch = scratch_;
  wantsRows = wantsRows_;
}

export function restart(atLine: u32): void {
  line = atLine;
  rows = 0;
  lfEnds = 0;
  crlfEnds = 0;
  crEnds = 0;
}

/**
 * The first record of some text. Its events are about its structure only.
 *
 * @returns where the next begins; 0 when it does not end here
 */
export function recordEnd(from: usize, to: usize, isFinal: bool): usize {
  const columnsBefore = columnCount;
  const lineBefore = line;
  columnCount = 0;
  clearEvents();
  windowAt = 0;
  recordLine = line;
  const end = record(from, to, isFinal, true);
  columnCount = columnsBefore;
  if (!end) line = lineBefore;
  return end;
}

/**
 * Reads records. The host keeps LF in the sixteen bytes from `to` on; a record that does not end before `to` is left
 * for the next scan, which begins at `position` again.
 */
export function scan(from: usize, to: usize, isFinal: bool): i32 {
  clearEvents();
  windowAt = 0;
  let at = from;
  while (at < to) {
    position = at;
    if (!hasRoom()) return NEEDS_HOST;
    recordLine = line;
    const rowsBefore = rows;
    const end = record(at, to, isFinal, false);
    if (!end) {
      line = recordLine;
      rows = rowsBefore;
      takeBack();
      return NEEDS_MORE;
    }
    at = end;
  }
  position = at;
  return NEEDS_MORE;
}

/** @returns where the next record begins; 0 when there is not enough of this one */
function record(from: usize, to: usize, isFinal: bool, isHeader: bool): usize {
  const first = load<u8>(from);
  beginRecord(rows + 1);
  if (comment && first === comment) return lineEnd(from, to, isFinal);
  if (!isHeader && isMarked(from, to)) {
    const end = lineEnd(from, to, isFinal);
    if (end) tell(TOTALS, 0, from, end, from, recordLine);
    if (end) endRecord(end);
    return end;
  }
  if (!isHeader && columnCount !== 1 && (first === 0x0a || first === 0x0d)) {
    const end = endOfLine(from, to, isFinal);
    if (end) tell(BLANK, 0, from, from, from, recordLine);
    if (end) endRecord(from);
    return end;
  }
  let column: u32 = 0;
  let at = from;
  let isFlawed = false;
  while (true) {
    if (skipsSpace) while (at < to && load<u8>(at) === 0x20) at += 1;
    let start = at;
    let stop: usize = 0;
    let escaped = false;
    let end: usize = 0;
    const startLine = line;
    if (at < to && load<u8>(at) === quote) {
      start = at + 1;
      stop = closingQuote(start, to, isFinal);
      if (!stop) {
        if (!isFinal) return 0;
        tell(NEVER_CLOSED, column, start, to, from, startLine);
        endRecord(to);
        return to;
      }
      escaped = hasEscape;
      end = stop + 1;
      if (end >= to && !isFinal) return 0;
      const after = load<u8>(end);
      if (end < to && after !== delimiter && after !== 0x0a && after !== 0x0d) {
        isFlawed = true;
        tell(TEXT_AFTER_QUOTE, column, end, end + 1, from, line);
        end = cellEnd(end, to);
        escaped = true;
      }
    } else {
      end = cellEnd(at, to);
      if (hasQuote && end <= to) {
        isFlawed = true;
        tell(QUOTE_IN_FIELD, column, start, min(end, to), from, line);
      }
      stop = end;
    }
    if (end >= to && !isFinal) return 0;
    if (end > to) end = to;
    if (stop > to) stop = to;
    if (column < columnCount) {
      const description = columns + usize(column) * COLUMN_BYTES;
      const asks = load<u32>(description);
      if (asks & KEY) {
        const range = ranges + usize(column) * 12;
        store<u32>(range, u32(start));
        store<u32>(range + 4, u32(stop));
        store<u32>(range + 8, u32(escaped));
      }
      if (
        stop - start > longestCell ||
        (asks && !(escaped ? isClearedAsWritten(description, start, stop) : isCleared(description, start, stop)))
      ) {
        tell(CELL, column, start, stop, from, startLine);
      }
    }
    column += 1;
    at = end;
    if (at < to && load<u8>(at) === delimiter) {
      at += 1;
      if (at >= to && !isFinal) return 0;
      continue;
    }
    const next = at < to ? endOfLine(at, to, isFinal) : to;
    if (!next) return 0;
    if (isHeader) return next;
    rows += 1;
    if (column !== columnCount && columnCount) {
      dropCells();
      if (!isFlawed) tell(RAGGED, column, from, at, from, recordLine);
    } else {
      for (let key: u32 = 0; key < keyCount; key += 1) claimKey(key, from);
      if (at - from > longestRecord) tell(TOO_LONG, 0, from, at, from, recordLine);
      if (wantsRows) tell(ROW, 0, from, at, from, recordLine);
    }
    endRecord(at);
    return next;
  }
}

/*
 * Where the special bytes are (delimiter, quote, escape, line ends), 64 bytes at a time: a bit for each. Cells are short;
 * so most of them end within a window that was looked at before.
 */
let windowAt: usize = 0;
let window: u64 = 0;

function specialsAt(at: usize): u64 {
  return specials16(at) | (specials16(at + 16) << 16) | (specials16(at + 32) << 32) | (specials16(at + 48) << 48);
}

function specials16(at: usize): u64 {
  const block = v128.load(at);
  const hits = v128.or(
    v128.or(i8x16.eq(block, i8x16.splat(delimiter)), i8x16.eq(block, i8x16.splat(quote))),
    v128.or(i8x16.eq(block, i8x16.splat(0x0a)), i8x16.eq(block, i8x16.splat(0x0d))),
  );
  if (escaping === quote) return u64(u32(i8x16.bitmask(hits)));
  return u64(u32(i8x16.bitmask(v128.or(hits, i8x16.eq(block, i8x16.splat(escaping))))));
}

/** The first special byte from here on; behind the end of the text there always is one. */
function specialFrom(at: usize): usize {
  let offset = at - windowAt;
  if (offset >= 64) {
    windowAt = at;
    window = specialsAt(at);
    offset = 0;
  }
  let rest = window & (u64(0xffffffffffffffff) << u64(offset));
  while (!rest) {
    windowAt += 64;
    window = specialsAt(windowAt);
    rest = window;
  }
  return windowAt + usize(ctz(rest));
}

let hasEscape: bool = false;

/** The quote that closes a cell; 0 when there is none yet. Counts the lines inside. */
function closingQuote(from: usize, to: usize, isFinal: bool): usize {
  hasEscape = false;
  let at = specialFrom(from);
  while (at < to) {
    const byte = load<u8>(at);
    if (byte === 0x0a) {
      line += 1;
      at += 1;
    } else if (byte === 0x0d) {
      if (at + 1 >= to && !isFinal) return 0;
      if (at + 1 >= to || load<u8>(at + 1) !== 0x0a) line += 1;
      at += 1;
    } else if (byte === quote) {
      if (at + 1 >= to) return isFinal ? at : 0;
      if (escaping !== quote || load<u8>(at + 1) !== quote) return at;
      hasEscape = true;
      at += 2;
    } else if (byte === escaping) {
      if (at + 1 >= to) return 0;
      hasEscape = true;
      at += load<u8>(at + 1) === 0x0a || load<u8>(at + 1) === 0x0d ? 1 : 2;
    } else at += 1;
    at = specialFrom(at);
  }
  return 0;
}

let hasQuote: bool = false;

/** The delimiter or line break behind a cell without quotes; `to` or more when there is none yet. */
function cellEnd(from: usize, to: usize): usize {
  hasQuote = false;
  let at = specialFrom(from);
  while (at < to) {
    const byte = load<u8>(at);
    if (byte !== quote && (byte !== escaping || byte === delimiter)) return at;
    if (byte === quote) hasQuote = true;
    at = specialFrom(at + 1);
  }
  return at;
}

/** Behind the line break that stands here; 0 when it may go on. */
function endOfLine(at: usize, to: usize, isFinal: bool): usize {
  line += 1;
  if (load<u8>(at) === 0x0a) {
    lfEnds += 1;
    return at + 1;
  }
  if (at + 1 >= to && !isFinal) return 0;
  if (at + 1 < to && load<u8>(at + 1) === 0x0a) {
    crlfEnds += 1;
    return at + 2;
  }
  crEnds += 1;
  return at + 1;
}

/** Behind the line that begins here, whatever is in it. */
function lineEnd(from: usize, to: usize, isFinal: bool): usize {
  const lf = i8x16.splat(0x0a);
  const cr = i8x16.splat(0x0d);
  let at = from;
  while (true) {
    const block = v128.load(at);
    const mask = i8x16.bitmask(v128.or(i8x16.eq(block, lf), i8x16.eq(block, cr)));
    if (!mask) {
      at += 16;
      continue;
    }
    at += ctz(mask);
    if (at >= to) return isFinal ? to : 0;
    return endOfLine(at, to, isFinal);
  }
}

/** The first field is the marker, all of it. */
function isMarked(from: usize, to: usize): bool {
  if (!markerLength || from + markerLength > to || memory.compare(from, marker, markerLength)) return false;
  const after = load<u8>(from + markerLength);
  return after === delimiter || after === 0x0a || after === 0x0d;
}

function claimKey(index: u32, from: usize): void {
  const key = keys + usize(index) * KEY_BYTES;
  const count = load<u32>(key + PARTS);
  const list: usize = load<u32>(key + PART_LIST);
  if (!count) return;
  let length: u32 = 0;
  for (let part: u32 = 0; part < count; part += 1) {
    const range = ranges + usize(load<u32>(list + (part << 2))) * 12;
    const start = load<u32>(range);
    const size = load<u32>(range + 4) - start;
    if (load<u32>(range + 8)) {
      tell(KEY_IS_ESCAPED, index, from, from, from, recordLine);
      return;
    }
    // A single value that is missing is no key.
    if (count === 1 && !size) return;
    memory.copy(scratch + length, start, size);
    store<u8>(scratch + length + size, 0xff);
    length += size + 1;
  }
  const before = claim(key, scratch, length, rows);
  if (before === FULL) tell(KEYS_ARE_FULL, index, from, from, from, recordLine);
  else if (before) tell(REPEATED, index, from, before, from, recordLine);
}
