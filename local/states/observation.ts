import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { Context } from '../context.ts';
import type { XRay } from '../xray/xray.ts';
import type { Execution, Status } from './executions.ts';
import { type HistoryEvent, withoutData } from './history.ts';
import type { Machines } from './machines.ts';

/** Events that a machine with the level ERROR logs; FATAL logs only those that end an execution. */
const isError = (type: string): boolean => /Failed|TimedOut|Aborted/.test(type);
const isFatal = (type: string): boolean => /^Execution(Failed|TimedOut|Aborted)$/.test(type);

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
const metricOf: { readonly [status in Status]: string } = {
  RUNNING: 'ExecutionsStarted',
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** Who watches executions: their logs, metrics and traces. */
export class Observation {
  readonly #context: Context;
  readonly #machines: Machines;
  readonly #cloudwatch: CloudWatch;
  readonly #xray: XRay;
  readonly #logs = new Map<string, WriteStream>();

  constructor(context: Context, machines: Machines, { cloudwatch, xray }: { cloudwatch: CloudWatch; xray: XRay }) {
    this.#context = context;
    this.#machines = machines;
    this.#cloudwatch = cloudwatch;
    this.#xray = xray;
  }

  /** One event of an execution's history, as the machine's logging wants it. */
  event(execution: string, event: HistoryEvent): void {
    const machine = this.#machines.of(execution);
    const logging = machine?.settings.logging;
    if (!machine || !logging || logging.level === 'OFF') return;
    if (logging.level === 'ERROR' && !isError(event.type)) return;
    if (logging.level === 'FATAL' && !isFatal(event.type)) return;
    const { id, type, previousEventId, timestamp, details } = event;
    const line = {
      id: String(id),
      type,
      details: logging.includeExecutionData ? details : withoutData(details),
      previous_event_id: String(previousEventId),
      event_timestamp: String(timestamp),
      execution_arn: execution,
    };
    this.#logOf(machine.name).write(`${JSON.stringify(line)}\n`);
  }

  /** A new status of an execution. */
  status({ machine: arn, name, status, startedAt, stoppedAt, body }: Execution): void {
    const isRedriven = body.redrives !== undefined;
    const names = isRedriven && status === 'RUNNING' ? ['ExecutionsRedriven'] : [metricOf[status]];
    if (isRedriven && status !== 'RUNNING') names.push(`Redriven${metricOf[status]}`);
    for (const metric of names) {
      this.#cloudwatch.put({ namespace: 'AWS/States', name: metric, dimensions: { StateMachineArn: arn } }, 1);
    }
    const machine = this.#machines.of(arn);
    if (!machine || stoppedAt === undefined || !this.#machines.mayTrace(machine)) return;
    this.#xray.record(this.#context.identities.actAs(machine.roleArn, name), {
      name: machine.name,
      origin: 'AWS::StepFunctions::StateMachine',
      start_time: startedAt / 1000,
      end_time: stoppedAt / 1000,
      fault: status !== 'SUCCEEDED',
    });
  }

  #logOf(machine: string): WriteStream {
    const open = this.#logs.get(machine);
    if (open) return open;
    mkdirSync(join(this.#context.dataDir, 'logs'), { recursive: true });
    const stream = createWriteStream(join(this.#context.dataDir, 'logs', `states-${machine}.log`), { flags: 'a' });
    this.#logs.set(machine, stream);
    return stream;
  }
}
