/*
 * What the kernel tells of records. An event is eight u32: kind, column, row, line, start, end, start of the record, end
 * of the record. Kinds from BROKEN on are about the structure, and stand whatever else is wrong with the record.
 */
export const CELL: u32 = 1;
export const REPEATED: u32 = 2;
export const KEY_IS_ESCAPED: u32 = 3;
export const KEYS_ARE_FULL: u32 = 4;
export const ROW: u32 = 5;
export const TOTALS: u32 = 6;
/** A line of JSON that is for the host to judge. */
export const LINE: u32 = 7;
/** A record of more bytes than may be. */
export const TOO_LONG: u32 = 21;
export const BROKEN: u32 = 16;
export const RAGGED: u32 = 16;
export const BLANK: u32 = 17;
export const QUOTE_IN_FIELD: u32 = 18;
export const TEXT_AFTER_QUOTE: u32 = 19;
export const NEVER_CLOSED: u32 = 20;

const EVENT_BYTES: usize = 32;

let first: usize = 0;
let last: usize = 0;
let end: usize = 0;
let ofRecord: usize = 0;
let mostOfRecord: usize = 0;
let row: u32 = 0;

/** @param most events that one record may have; the host leaves room for more */
export function setEvents(from: usize, capacity: u32, most: u32): void {
  first = from;
  mostOfRecord = usize(most) * EVENT_BYTES;
  last = from + usize(capacity) * EVENT_BYTES - mostOfRecord;
  end = from;
}

export function eventCount(): u32 {
  return u32((end - first) / EVENT_BYTES);
}

export function clearEvents(): void {
  end = first;
}

/** False when the next record may have no room. */
export function hasRoom(): bool {
  return end <= last;
}

export function beginRecord(ofRow: u32): void {
  ofRecord = end;
  row = ofRow;
}

/** What was told of this record is taken back: it is not all there yet. */
export function takeBack(): void {
  end = ofRecord;
}

export function tell(kind: u32, column: u32, start: usize, stop: usize, recordStart: usize, line: u32): void {
  // A record with more flaws than that is told of often enough.
  if (end - ofRecord >= mostOfRecord) return;
  store<u32>(end, kind);
  store<u32>(end + 4, column);
  store<u32>(end + 8, row);
  store<u32>(end + 12, line);
  store<u32>(end + 16, u32(start));
  store<u32>(end + 20, u32(stop));
  store<u32>(end + 24, u32(recordStart));
  end += EVENT_BYTES;
}

/** Now that the end of the record is known, its events learn it. */
export function endRecord(at: usize): void {
  for (let one = ofRecord; one < end; one += EVENT_BYTES) store<u32>(one + 28, u32(at));
}

/** The cells of a record with too few or too many fields stand under wrong names: nothing is said of them. */
export function dropCells(): void {
  let kept = ofRecord;
  for (let one = ofRecord; one < end; one += EVENT_BYTES) {
    if (load<u32>(one) < BROKEN) continue;
    if (kept !== one) memory.copy(kept, one, EVENT_BYTES);
    kept += EVENT_BYTES;
  }
  end = kept;
}
