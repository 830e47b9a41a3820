import type { EventDraft } from '../events/buses.ts';
import { type Execution, type ExecutionBody, type MapItem, type Running, rootOf } from './executions.ts';
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
    ...(body.branch?.around && { Map: { Item: mapItem(body.branch.around) } }),
    ...(frame.token !== undefined && { Task: { Token: frame.token } }),
  };
  return { input: frame.input, context, ...more };
};

/** Items come from the state's own input: what a distributed Map reads elsewhere is not here. */
export const mapItem = ({ index, item }: MapItem): Record<string, unknown> => ({
  Index: index,
  Value: item,
  Source: 'STATE_DATA',
});

/** By which version and alias an execution was started. */
export const foundBy = ({ versionArn, aliasArn }: ExecutionBody): Record<string, string> => ({
  ...(versionArn !== undefined && { stateMachineVersionArn: versionArn }),
  ...(aliasArn !== undefined && { stateMachineAliasArn: aliasArn }),
});

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
      ...foundBy(body),
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
