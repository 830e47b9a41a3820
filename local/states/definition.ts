import { AwsError, UnsupportedFeatureError } from '../errors.ts';

/** A retrier of a Task. */
export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: unknown;
  readonly Output?: unknown;
}

export interface ChoiceRule {
  readonly Condition: string;
  readonly Next: string;
  readonly Assign?: unknown;
  readonly Output?: unknown;
}

/** A state, with the fields that this engine executes. */
export interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Pass' | 'Succeed' | 'Fail';
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Assign?: unknown;
  readonly Output?: unknown;
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  readonly Seconds?: number | string;
  readonly Timestamp?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

export interface Definition {
  readonly Comment?: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly TimeoutSeconds?: number;
  readonly Version?: string;
  readonly States: Readonly<Record<string, State>>;
}

const common = ['Type', 'Comment', 'QueryLanguage'];
const flow = ['Next', 'End', 'Assign', 'Output'];
const fieldsOf: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [...common, ...flow, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds', 'Retry', 'Catch'],
  Choice: [...common, 'Choices', 'Default', 'Assign', 'Output'],
  Wait: [...common, ...flow, 'Seconds', 'Timestamp'],
  Pass: [...common, ...flow],
  Succeed: [...common, 'Output'],
  Fail: [...common, 'Error', 'Cause'],
};

const isType = (type: string): type is State['Type'] => type in fieldsOf;

/** Task resources that are executed: the optimized Lambda integration, with and without a token. */
const taskResources = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];

/**
 * Reads a definition. Refuses what this engine does not execute (JSONPath, Parallel, Map, other integrations), and
 * what Step Functions itself would refuse.
 *
 * @throws AwsError InvalidDefinition; UnsupportedFeatureError
 */
export const parseDefinition = (where: string, json: string): Definition => {
  const definition = parseJson(json);
  if (definition.QueryLanguage !== 'JSONata')
    throw new UnsupportedFeatureError(where, 'a QueryLanguage other than JSONata');
  const unknown = Object.keys(definition).find(
    (key) => !['Comment', 'QueryLanguage', 'StartAt', 'TimeoutSeconds', 'Version', 'States'].includes(key),
  );
  if (unknown !== undefined) throw new UnsupportedFeatureError(where, `field ${unknown}`);
  const names = Object.keys(definition.States ?? {});
  const targets = [definition.StartAt, ...names.flatMap((name) => targetsOf(definition.States[name]))];
  const missing = targets.find((name) => !names.includes(name));
  if (missing !== undefined) throw invalid(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${missing}`);
  for (const name of names) checkState(`${where}: state "${name}"`, definition.States[name]);
  return definition;
};

const parseJson = (json: string): Definition => {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalid(`INVALID_JSON_DESCRIPTION: ${error instanceof Error ? error.message : ''}`);
  }
};

const invalid = (problem: string): AwsError =>
  new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${problem}'`);

const targetsOf = (state: State | undefined): string[] =>
  [
    state?.Next,
    state?.Default,
    ...(state?.Choices ?? []).map((rule) => rule.Next),
    ...(state?.Catch ?? []).map((one) => one.Next),
  ].filter((name): name is string => name !== undefined);

const checkState = (where: string, state: State | undefined): void => {
  if (!state || !isType(state.Type)) throw new UnsupportedFeatureError(where, `type ${state?.Type}`);
  const unknown = Object.keys(state).find((key) => !fieldsOf[state.Type].includes(key));
  if (unknown !== undefined) throw new UnsupportedFeatureError(where, `field ${unknown}`);
  if (state.Type === 'Task' && !taskResources.includes(state.Resource ?? '')) {
    throw new UnsupportedFeatureError(where, `resource ${state.Resource}`);
  }
  const needsNext = ['Task', 'Wait', 'Pass'].includes(state.Type);
  if (needsNext && (state.Next === undefined) === (state.End !== true)) {
    throw invalid(`SCHEMA_VALIDATION_FAILED: exactly one of Next and End at /States/${where}`);
  }
};
