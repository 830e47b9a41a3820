import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import type { Execution } from './executions.ts';
import { type HistoryEvent, withoutData } from './history.ts';
import {
  decodeToken,
  encodeToken,
  type Input,
  type Output,
  optionalText,
  pageOf,
  pageSize,
  requireArn,
} from './inputs.ts';
import type { Operation, StatesServices } from './states.ts';
import { foundBy } from './views.ts';

/** Operations on executions. */
export class ExecutionApi {
  readonly #services: StatesServices;

  constructor(services: StatesServices) {
    this.#services = services;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return {
      StartExecution: (sender, input) => this.start(sender, input),
      DescribeExecution: (sender, input) => this.#describe(sender, input),
      ListExecutions: (sender, input) => this.#list(sender, input),
      RedriveExecution: (sender, input) => this.#redrive(sender, input),
      StopExecution: (sender, input) => this.#stop(sender, input),
      GetExecutionHistory: (sender, input) => this.#history(sender, input),
    };
  }

  /** Repeating a start with the same name and input is harmless while the execution runs. */
  start(sender: Sender, input: Input): Output {
    const { engine, context } = this.#services;
    const { arn, startedAt } = context.journal.transaction(() => {
      const prepared = engine.starting.prepare(sender, input);
      return 'status' in prepared ? prepared : engine.start(prepared);
    });
    return { executionArn: arn, startDate: startedAt / 1000 };
  }

  #execution(sender: Sender, action: string, { executionArn }: Input): Execution {
    requireArn(executionArn);
    this.#services.context.authorizer.require({ ...sender, action, resource: String(executionArn) });
    const execution = this.#services.engine.executions.get(String(executionArn));
    if (!execution || execution.body.branch)
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    return execution;
  }

  /** For whoever is told what the execution carries. */
  #readable(sender: Sender, action: string, input: Input): Execution {
    const execution = this.#execution(sender, action, input);
    const machine = this.#services.machines.of(execution.machine);
    if (machine) this.#services.machines.requireReadersKey(machine, sender.principal);
    return execution;
  }

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html#API_DescribeExecution_RequestSyntax */
  #describe(sender: Sender, input: Input): Output {
    const isMetadataOnly = input.includedData === 'METADATA_ONLY';
    const action = 'states:DescribeExecution';
    const execution = isMetadataOnly ? this.#execution(sender, action, input) : this.#readable(sender, action, input);
    return describe(execution, this.#services.engine.notRedrivable(execution), !isMetadataOnly);
  }

  /** Of a machine, or those that were started by one of its versions or aliases. */
  #list(sender: Sender, input: Input): Output {
    const arn = requireArn(input.stateMachineArn);
    const { machines, versions, engine } = this.#services;
    machines.require(sender, 'states:ListExecutions', arn);
    const target = versions.resolve(arn);
    if (!target) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    const { limit, offset } = pageOf(input);
    const status = optionalText(input.statusFilter);
    const which = { ...(status !== undefined && { status }), ...(arn !== target.machine.arn && { by: arn }) };
    const found = engine.executions.list(target.machine.arn, which, offset, limit + 1);
    return {
      executions: found.slice(0, limit).map((execution) => ({ ...summary(execution), ...redrivesOf(execution) })),
      ...(found.length > limit && { nextToken: encodeToken(offset + limit) }),
    };
  }

  #stop(sender: Sender, input: Input): Output {
    const { arn } = this.#execution(sender, 'states:StopExecution', input);
    const { engine, context } = this.#services;
    context.journal.transaction(() => engine.abort(arn, optionalText(input.error), optionalText(input.cause)));
    return { stopDate: (engine.executions.get(arn)?.stoppedAt ?? context.clock.now()) / 1000 };
  }

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html */
  #redrive(sender: Sender, input: Input): Output {
    const { arn, machine } = this.#execution(sender, 'states:RedriveExecution', input);
    const { engine, machines, context } = this.#services;
    const redrivenAt = context.journal.transaction(() => {
      const record = machines.of(machine);
      if (record) machines.requireOwnKey(record);
      return engine.redrive(arn);
    });
    return { redriveDate: redrivenAt / 1000 };
  }

  #history(sender: Sender, input: Input): Output {
    const execution = this.#readable(sender, 'states:GetExecutionHistory', input);
    const limit = pageSize(input.maxResults, 1000);
    const isReverse = input.reverseOrder === true;
    const after = input.nextToken === undefined && isReverse ? Number.MAX_SAFE_INTEGER : decodeToken(input.nextToken);
    const found = this.#services.engine.history.page(execution.arn, after, limit + 1, isReverse);
    const page = found.slice(0, limit);
    const withData = input.includeExecutionData !== false;
    return {
      events: page.map((event) => eventOutput(event, withData)),
      ...(found.length > limit && { nextToken: encodeToken(page.at(-1)?.id ?? 0) }),
    };
  }
}

const summary = ({ arn, machine, name, status, startedAt, stoppedAt, body }: Execution): Output => ({
  executionArn: arn,
  stateMachineArn: machine,
  ...foundBy(body),
  name,
  status,
  startDate: startedAt / 1000,
  ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
});

const describe = (execution: Execution, notRedrivable: string | undefined, withData: boolean): Output => ({
  ...summary(execution),
  ...(withData && {
    input: execution.body.input,
    inputDetails: { included: true },
    ...(execution.body.output !== undefined && { output: execution.body.output, outputDetails: { included: true } }),
    ...(execution.body.error !== undefined && { error: execution.body.error }),
    ...(execution.body.cause !== undefined && { cause: execution.body.cause }),
  }),
  ...redrivesOf(execution),
  redriveStatus: notRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
  ...(notRedrivable !== undefined && { redriveStatusReason: notRedrivable }),
});

const redrivesOf = ({ body: { redrives } }: Execution): Output => ({
  redriveCount: redrives?.count ?? 0,
  ...(redrives && { redriveDate: redrives.at / 1000 }),
});

const eventOutput = ({ id, previousEventId, type, timestamp, details }: HistoryEvent, withData: boolean): Output => ({
  timestamp: timestamp / 1000,
  type,
  id,
  previousEventId,
  ...(withData ? details : withoutData(details)),
});
