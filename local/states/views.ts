import type { EventDraft } from '../events/buses.ts';
import { type Execution, type Running, rootOf } from './executions.ts';
import type { StatesVariable } from './expressions.ts';

/** `$states` of a state: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
export const statesVariable = (
  { arn, machine, name, startedAt, body, frame }: Running,
  more: Partial<StatesVariable> = {},
): StatesVariable => {
  const context = {
    Execution: {
      Id: rootOf(arn),
      Input: JSON.parse(body.input),
      Name: name,
      RoleArn: body.roleArn,
      StartTime: new Date(startedAt).toISOString(),
      RedriveCount: body.redrives?.count ?? 0,
      ...(body.redrives && { RedriveTime: new Date(body.redrives.at).toISOString() }),
    },
    StateMachine: { Id: machine, Name: machine.split(':').at(-1) },
    State: { EnteredTime: new Date(frame.enteredAt).toISOString(), Name: frame.state, RetryCount: frame.retryCount },
    ...(body.branch?.kind === 'Map' && { Map: { Item: { Index: body.branch.index, Value: body.branch.item } } }),
    ...(frame.token !== undefined && { Task: { Token: frame.token } }),
  };
  return { input: frame.input, context, ...more };
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export const statusChange = (execution: Execution, notRedrivable: string | undefined): EventDraft => {
  const { arn, machine, name, status, startedAt, stoppedAt = null, body } = execution;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machine,
      ...(body.versionArn !== undefined && { stateMachineVersionArn: body.versionArn }),
      ...(body.aliasArn !== undefined && { stateMachineAliasArn: body.aliasArn }),
      name,
      status,
      startDate: startedAt,
      stopDate: stoppedAt,
      input: body.input,
      inputDetails: { included: true },
      output: body.output ?? null,
      outputDetails: body.output === undefined ? null : { included: true },
      error: body.error ?? null,
      cause: body.cause ?? null,
      redriveCount: body.redrives?.count ?? 0,
      redriveDate: body.redrives?.at ?? null,
      redriveStatus: notRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
      redriveStatusReason: notRedrivable ?? null,
    },
  };
};
