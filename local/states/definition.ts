/**
 * A state machine as the Amazon States Language writes it: https://states-language.net/spec.html
 * Fields as this engine executes them.
 */

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

/** Every state it may go to, by the field that says so. */
export const transitionsOf = (state: Partial<State>): { readonly field: string; readonly target: string }[] =>
  [
    { field: 'Next', target: state.Next },
    { field: 'Default', target: state.Default },
    ...listed(state.Choices).map((rule, index) => ({ field: `Choices[${index}]/Next`, target: rule.Next })),
    ...listed(state.Catch).map((one, index) => ({ field: `Catch[${index}]/Next`, target: one.Next })),
  ].filter((one): one is { field: string; target: string } => typeof one.target === 'string');

/** What a state runs inside of itself, by the field that holds it. */
export const flowsIn = ({
  Branches,
  ItemProcessor,
}: Partial<State>): { readonly field: string; readonly flow: Flow }[] => [
  ...listed(Branches).map((flow, index) => ({ field: `Branches[${index}]`, flow })),
  ...(ItemProcessor ? [{ field: 'ItemProcessor', flow: ItemProcessor }] : []),
];

/** All states by name, those inside of others included. */
export const statesIn = ({ States = {} }: Partial<Flow>): [string, State][] =>
  Object.entries(States).flatMap(([name, state]): [string, State][] => [
    [name, state],
    ...flowsIn(state).flatMap(({ flow }) => statesIn(flow)),
  ]);

/** A list, also of what a definition that was not checked yet has in its place. */
const listed = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
