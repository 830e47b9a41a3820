/* The exports of the kernel. The host that drives it is ../kernel.ts; nothing else should. */

export {
  crEnds,
  crlfEnds,
  lfEnds,
  line,
  position,
  recordEnd,
  restart,
  rows,
  scan,
  setDialect,
  setLimits,
  setMarker,
  setTable,
} from './csv';
export { eventCount, setEvents } from './events';
export { faultAt, jsonLine, jsonPosition, jsonRows, parseDocument, scanLines, setNodes } from './json';
export { claim, enlarge } from './keys';
export { checkText, fault } from './text';
