import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/identities.ts';
import { text } from '../journal.ts';

/** One segment: what ran, when, and whether it failed. Times in seconds, as X-Ray has them. */
export interface Segment {
  readonly id: string;
  readonly trace_id: string;
  readonly name: string;
  readonly origin: string;
  readonly start_time: number;
  readonly end_time: number;
  readonly fault: boolean;
}

/** The most that is kept: enough to look at, and the journal does not grow with them. */
const kept = 1000;

/**
 * X-Ray: segments of functions and executions with tracing on, written with their own role as the daemon does.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export class XRay {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Without the permission there is no trace, and nothing fails: as on AWS. */
  record(principal: Principal, segment: Omit<Segment, 'id' | 'trace_id'>): void {
    const { authorizer, journal } = this.#context;
    const actions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
    if (!actions.every((action) => authorizer.allows({ principal, action, resource: '*' }))) return;
    const trace_id = `1-${Math.floor(segment.start_time).toString(16)}-${randomBytes(12).toString('hex')}`;
    const full: Segment = { ...segment, id: randomBytes(8).toString('hex'), trace_id };
    journal.transaction(() => {
      journal.run('insert into traces (body) values (?)', JSON.stringify(full));
      journal.run('delete from traces where id <= (select max(id) from traces) - ?', kept);
    });
  }

  segments(): Segment[] {
    return this.#context.journal.all('select body from traces order by id').map((row) => JSON.parse(text(row, 'body')));
  }
}
