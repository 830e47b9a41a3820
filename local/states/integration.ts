import { type Flow, type State, statesIn } from './definition.ts';

/** How a Task works with a service: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html */
export interface Integration {
  readonly resourceType: 'lambda' | 'states';
  /** As history names it: `invoke`, `startExecution.sync`. */
  readonly resource: string;
  /** What ends the task: the answer, its token, or the end of what was started. */
  readonly pattern: 'response' | 'token' | 'sync';
  /** Arguments that it takes, as AWS names them. */
  readonly fields: readonly string[];
}

const lambda = {
  resourceType: 'lambda',
  fields: ['FunctionName', 'Payload', 'Qualifier', 'InvocationType', 'ClientContext', 'LogType'],
} as const;
const states = { resourceType: 'states', fields: ['StateMachineArn', 'Name', 'Input', 'TraceHeader'] } as const;

/** Every resource of the two services that there is. */
const integrations: readonly Integration[] = [
  { ...lambda, resource: 'invoke', pattern: 'response' },
  { ...lambda, resource: 'invoke.waitForTaskToken', pattern: 'token' },
  { ...states, resource: 'startExecution', pattern: 'response' },
  { ...states, resource: 'startExecution.sync', pattern: 'sync' },
  { ...states, resource: 'startExecution.sync:2', pattern: 'sync' },
  { ...states, resource: 'startExecution.waitForTaskToken', pattern: 'token' },
];

const arnOf = ({ resourceType, resource }: Integration): string => `arn:aws:states:::${resourceType}:${resource}`;

/** Undefined for a resource that is not one of them. */
export const integrationOf = ({ Resource }: Pick<State, 'Resource'>): Integration | undefined =>
  integrations.find((one) => arnOf(one) === Resource);

/** Whether a resource names one of the two services: then it must be one of the above. */
export const isOwnService = (resource: string): boolean => /^arn:aws:states:::(lambda|states):/.test(resource);

/** Of a state whose definition was checked. */
export const requireIntegration = (state: State): Integration => {
  const found = integrationOf(state);
  if (!found) throw new Error(`the definition was taken with a resource that is not known: ${state.Resource}`);
  return found;
};

/** The rule by which Step Functions hears of nested executions that end. */
export const managedRuleName = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';

/** Whether a task somewhere waits until an execution that it started has ended. */
export const waitsForNested = (definition: Flow): boolean =>
  statesIn(definition).some(([, state]) => integrationOf(state)?.pattern === 'sync');
