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
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Pass' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';
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
  readonly Branches?: readonly Flow[];
  readonly Items?: unknown;
  readonly ItemSelector?: unknown;
  readonly ItemProcessor?: Flow & { readonly ProcessorConfig?: { readonly Mode?: string } };
  readonly MaxConcurrency?: number | string;
}

/** States that belong together: a machine's, a branch's, those that each item passes through. */
export interface Flow {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Definition extends Flow {
  readonly QueryLanguage: 'JSONata';
  readonly TimeoutSeconds?: number;
  readonly Version?: string;
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
  Parallel: [...common, ...flow, 'Arguments', 'Branches', 'Retry', 'Catch'],
  Map: [...common, ...flow, 'Items', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'Retry', 'Catch'],
};

const isType = (type: string): type is State['Type'] => type in fieldsOf;

/** Task resources that are executed: the optimized Lambda integration, with and without a token. */
const taskResources = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];

/**
 * Reads a definition. Refuses what this engine does not execute (JSONPath, distributed Map, other integrations), and what
 * Step Functions itself would refuse.
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
  checkFlow(where, definition);
  const names = namesIn(definition);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`DUPLICATE_STATE_NAME: Duplicate State name: ${twice}`);
  return definition;
};

/** Of all states, those inside of others included: a name is one state's in the whole machine. */
const namesIn = ({ States }: Flow): string[] =>
  Object.entries(States).flatMap(([name, { Branches = [], ItemProcessor }]) => [
    name,
    ...[...Branches, ...(ItemProcessor ? [ItemProcessor] : [])].flatMap(namesIn),
  ]);

const checkFlow = (where: string, { StartAt, States }: Flow): void => {
  const names = Object.keys(States ?? {});
  const targets = [StartAt, ...names.flatMap((name) => targetsOf(States[name]))];
  const missing = targets.find((name) => !names.includes(name));
  if (missing !== undefined) throw invalid(`MISSING_TRANSITION_TARGET: Missing 'Next' target: ${missing}`);
  for (const name of names) checkState(`${where}: state "${name}"`, States[name]);
};

/** What a state runs inside of itself. */
const checkInside = (where: string, { Type, Branches, ItemProcessor }: State): void => {
  if (Type === 'Parallel') {
    if (!Branches || Branches.length === 0)
      throw invalid(`SCHEMA_VALIDATION_FAILED: The value for the field 'Branches' is required at /States/${where}`);
    for (const [index, branch] of Branches.entries()) checkFlow(`${where}, branch ${index}`, branch);
  }
  if (Type !== 'Map') return;
  if (!ItemProcessor)
    throw invalid(`SCHEMA_VALIDATION_FAILED: The value for the field 'ItemProcessor' is required at /States/${where}`);
  const { Mode = 'INLINE' } = ItemProcessor.ProcessorConfig ?? {};
  if (Mode !== 'INLINE') throw new UnsupportedFeatureError(where, `ProcessorConfig Mode ${Mode}`);
  checkFlow(`${where}, each item`, ItemProcessor);
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

/** Every state it may go to. */
export const targetsOf = (state: Partial<State> | undefined): string[] =>
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
  checkInside(where, state);
  const needsNext = ['Task', 'Wait', 'Pass', 'Parallel', 'Map'].includes(state.Type);
  if (needsNext && (state.Next === undefined) === (state.End !== true)) {
    throw invalid(`SCHEMA_VALIDATION_FAILED: exactly one of Next and End at /States/${where}`);
  }
};
