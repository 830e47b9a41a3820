import { randomUUID } from 'node:crypto';
import type { AwsError } from '../errors.ts';
import type { Execution } from './executions.ts';
import type { Input } from './inputs.ts';

/** Errors that the API names; any other becomes the general one. */
const named = [
  ...['ExecutionAlreadyExists', 'ExecutionLimitExceeded', 'InvalidArn', 'InvalidExecutionInput', 'InvalidName'],
  ...['StateMachineDeleting', 'StateMachineDoesNotExist', 'ValidationException'],
];

/** What a task says when its execution cannot begin: the error's name, and the SDK's words. */
export const startFailure = ({ code: own, message }: AwsError): { error: string; cause: string } => {
  const code = own === 'AccessDenied' ? 'AccessDeniedException' : own;
  const name = named.includes(code) ? code.replace(/(Exception)?$/, 'Exception') : 'AWSStepFunctionsException';
  const details = `Service: AWSStepFunctions; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()}`;
  return { error: `StepFunctions.${name}`, cause: `${message} (${details}; Proxy: null)` };
};

/** StartExecution, of a task's arguments. */
export const startInput = (parameters: unknown): Input => {
  const { StateMachineArn, Name, Input }: { StateMachineArn?: unknown; Name?: unknown; Input?: unknown } =
    Object(parameters);
  const input = typeof Input === 'string' ? Input : JSON.stringify(Input ?? {});
  return { stateMachineArn: StateMachineArn, name: Name, input };
};

/** What StartExecution answers a task. */
export const startOutput = ({ arn, startedAt }: Pick<Execution, 'arn' | 'startedAt'>): unknown => ({
  ExecutionArn: arn,
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: randomUUID() },
  StartDate: startedAt,
});

/**
 * What a task that waited for it learns of an execution: DescribeExecution, with names as tasks write them.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 *
 * @param isParsed as `.sync:2` wants it: input and output as JSON, not as text
 */
export const endOutput = (execution: Execution, notRedrivable: string | undefined, isParsed: boolean): unknown => {
  const { arn, machine, name, status, startedAt, stoppedAt, body } = execution;
  const data = (text: string): unknown => (isParsed ? JSON.parse(text) : text);
  return {
    ...(body.cause !== undefined && { Cause: body.cause }),
    ...(body.error !== undefined && { Error: body.error }),
    ExecutionArn: arn,
    Input: data(body.input),
    InputDetails: { Included: true },
    Name: name,
    ...(body.output !== undefined && { Output: data(body.output), OutputDetails: { Included: true } }),
    RedriveCount: body.redrives?.count ?? 0,
    RedriveStatus: notRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(notRedrivable !== undefined && { RedriveStatusReason: notRedrivable }),
    StartDate: startedAt,
    StateMachineArn: machine,
    ...(body.versionArn !== undefined && { StateMachineVersionArn: body.versionArn }),
    ...(body.aliasArn !== undefined && { StateMachineAliasArn: body.aliasArn }),
    Status: status,
    StopDate: stoppedAt,
  };
};
