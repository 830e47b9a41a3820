import { flowsIn, type State, statesIn, transitionsOf } from './definition.ts';
import { problemOfExpression } from './expression-checks.ts';
import { type Diagnostic, FieldChecks, type Fields, isObject } from './field-checks.ts';
import { timestampPattern } from './flow.ts';
import { integrationOf, isOwnService } from './integration.ts';

const common = ['Type', 'Comment', 'QueryLanguage'];
const flow = ['Next', 'End', 'Assign', 'Output'];
const fieldsOf: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [
    ...common,
    ...flow,
    'Resource',
    'Arguments',
    'TimeoutSeconds',
    'HeartbeatSeconds',
    'Retry',
    'Catch',
    'Credentials',
  ],
  Choice: [...common, 'Choices', 'Default', 'Assign', 'Output'],
  Wait: [...common, ...flow, 'Seconds', 'Timestamp'],
  Pass: [...common, ...flow],
  Succeed: [...common, 'Output'],
  Fail: [...common, 'Error', 'Cause'],
  Parallel: [...common, ...flow, 'Arguments', 'Branches', 'Retry', 'Catch'],
  Map: [
    ...[...common, ...flow, 'Items', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'Retry', 'Catch'],
    ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label', 'ToleratedFailureCount', 'ToleratedFailurePercentage'],
  ],
};
const topFields = ['Comment', 'QueryLanguage', 'StartAt', 'TimeoutSeconds', 'Version', 'States'];

const isType = (type: unknown): type is State['Type'] => typeof type === 'string' && type in fieldsOf;

const retryFields = [
  ...['Comment', 'ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy'],
];
const catchFields = ['Comment', 'ErrorEquals', 'Next', 'Assign', 'Output'];

/** How long anything may take: a little more than three years. */
const seconds = { min: 1, max: 99_999_999 };

/**
 * What Step Functions finds wrong with a definition in JSONata. Wording and places as they were recorded from the service
 * (test/local/recorded-diagnostics.json names the sources); AWS itself does not promise them:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
 */
export const diagnose = (text: string): Diagnostic[] => {
  let definition: unknown;
  try {
    definition = text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: error instanceof Error ? error.message : '' }];
  }
  if (!isObject(definition)) {
    return [{ code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }];
  }
  return new Diagnosis(definition).found;
};

class Diagnosis extends FieldChecks {
  constructor(definition: Fields) {
    super();
    this.oneOf(definition, 'QueryLanguage', ['JSONPath', 'JSONata'], '');
    this.known(definition, topFields, '');
    this.oneOf(definition, 'Version', ['1.0'], '');
    this.whole(definition, 'TimeoutSeconds', seconds, '');
    this.#flow(definition, '');
    if (this.found.length === 0) this.#names(definition);
  }

  /** @param outer variables that are assigned around it */
  #flow(fields: Fields, at: string, outer: ReadonlySet<string> = new Set()): void {
    this.required(fields, ['States', 'StartAt'], at);
    const { States, StartAt } = fields;
    if (!isObject(States)) return;
    const own = Object.values(States).flatMap(assignedBy);
    for (const name of new Set(own.filter((one) => outer.has(one)))) {
      this.say(`Variable '${name}' is assigned in an outer scope already`, `${at}/States`);
    }
    const around = new Set([...outer, ...own]);
    for (const [name, state] of Object.entries(States)) {
      const place = `${at}/States/${name}`;
      if (name.length > 80) {
        const why = `Invalid State name: ${name} exceeds the 80-character limit allowed by the service`;
        this.say(why, place, 'INVALID_STATE_NAME');
      }
      this.#state(state, place, around);
    }
    if (typeof StartAt === 'string') this.#ways(States, StartAt, at);
  }

  #state(state: unknown, at: string, variables: ReadonlySet<string>): void {
    if (!isObject(state)) {
      this.say('Value must be an object', at);
      return;
    }
    this.required(state, ['Type'], at);
    const { Type } = state;
    if (!this.oneOf(state, 'Type', Object.keys(fieldsOf), at) || !isType(Type)) return;
    if (state.QueryLanguage === 'JSONPath') {
      this.say("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", at);
    }
    this.known(state, fieldsOf[Type], at);
    this.#expressions(state, at);
    this.#assign(state, at);
    if (!['Task', 'Parallel', 'Map'].includes(Type)) this.#noResult(state, at);
    if (!['Choice', 'Succeed', 'Fail'].includes(Type)) this.only(state, ['Next', 'End'], at);
    if (Type === 'Task') this.#task(state, at);
    if (Type === 'Choice') this.#choice(state, at);
    if (Type === 'Wait') this.#wait(state, at);
    if (Type === 'Parallel' || Type === 'Map') this.#inside(state, at, variables);
    this.#handlers(state, at);
  }

  #inside(state: Fields, at: string, variables: ReadonlySet<string>): void {
    if (state.Type === 'Parallel') {
      this.required(state, ['Branches'], at);
      this.filled(state, 'Branches', at);
    } else {
      // Two names of one field, of which the older one belongs to JSONPath.
      this.only(state, ['ItemProcessor', 'Iterator'], at);
      this.whole(state, 'MaxConcurrency', { min: 0 }, at);
    }
    for (const { field, flow: inner } of flowsIn(state)) {
      this.#flow(isObject(inner) ? { ...inner } : {}, `${at}/${field}`, variables);
    }
  }

  #task(state: Fields, at: string): void {
    this.required(state, ['Resource'], at);
    for (const field of ['TimeoutSeconds', 'HeartbeatSeconds']) this.whole(state, field, seconds, at);
    const { Resource, Arguments } = state;
    if (typeof Resource !== 'string') return;
    const integration = integrationOf({ Resource });
    if (!Resource.startsWith('arn:')) this.say('Value is not a valid resource ARN', `${at}/Resource`);
    else if (!integration && isOwnService(Resource)) {
      const why = 'The value is not a valid resource ARN, or the resource is not available in this region.';
      this.say(`The resource provided ${Resource} is not recognized. ${why}`, `${at}/Resource`);
    }
    if (integration && Arguments === undefined) {
      this.say(`Arguments field is required for resource ARN: ${Resource}`, at);
    }
    if (!integration || !isObject(Arguments)) return;
    const [needed = ''] = integration.fields;
    if (Arguments[needed] === undefined)
      this.say(`The field '${needed}' is required but was missing`, `${at}/Arguments`);
    for (const name of Object.keys(Arguments).filter((one) => !integration.fields.includes(one))) {
      this.say(`The field "${name}" is not supported by Step Functions`, `${at}/Arguments`);
    }
  }

  #choice(state: Fields, at: string): void {
    this.required(state, ['Choices'], at);
    this.filled(state, 'Choices', at);
    for (const [rule, where] of this.items(state, 'Choices', at)) {
      this.known(rule, ['Condition', 'Next', 'Assign', 'Output', 'Comment'], where);
      this.required(rule, ['Condition', 'Next'], where);
    }
  }

  #wait(state: Fields, at: string): void {
    this.only(state, ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'], at);
    this.whole(state, 'Seconds', { ...seconds, min: 0 }, at);
    const { Timestamp } = state;
    const isLiteral = typeof Timestamp === 'string' && !Timestamp.startsWith('{%');
    if (isLiteral && !timestampPattern.test(Timestamp)) {
      this.say('String does not match RFC3339 timestamp', `${at}/Timestamp`);
    }
  }

  #handlers(state: Fields, at: string): void {
    for (const field of ['Retry', 'Catch']) {
      if (state[field] !== undefined && !Array.isArray(state[field])) {
        this.say('Expected value of type Array', `${at}/${field}`);
      }
      const all = this.items(state, field, at);
      for (const [index, [one, where]] of all.entries()) {
        this.required(one, field === 'Catch' ? ['ErrorEquals', 'Next'] : ['ErrorEquals'], where);
        this.filled(one, 'ErrorEquals', where);
        this.known(one, field === 'Catch' ? catchFields : retryFields, where);
        this.whole(one, 'IntervalSeconds', seconds, where);
        this.whole(one, 'MaxDelaySeconds', seconds, where);
        this.whole(one, 'MaxAttempts', { ...seconds, min: 0 }, where);
        this.least(one, 'BackoffRate', 1, where);
        this.oneOf(one, 'JitterStrategy', ['NONE', 'FULL'], where);
        const names = Array.isArray(one.ErrorEquals) ? one.ErrorEquals : [];
        if (names.includes('States.ALL') && (names.length > 1 || index < all.length - 1)) {
          const place = `${where}/ErrorEquals[${names.indexOf('States.ALL')}]`;
          this.say('States.ALL must appear alone and at end of list', place);
        }
      }
    }
  }

  /** Where the ways of a flow lead: to states that are there, to every state, and to an end. */
  #ways(states: Fields, start: string, at: string): void {
    const code = 'MISSING_TRANSITION_TARGET';
    const all = Object.entries(states).filter((one): one is [string, Fields] => isObject(one[1]));
    const missing = (target: string, where: string): void => this.say(`Missing 'Next' target: ${target}`, where, code);
    if (!(start in states)) missing(start, `${at}/StartAt`);
    for (const [name, state] of all) {
      for (const { field, target } of transitionsOf(state)) {
        if (!(target in states)) missing(target, `${at}/States/${name}/${field}`);
      }
    }
    const reached = reachedFrom(start, states);
    for (const [name] of all) {
      if (!reached.has(name)) this.say(`State "${name}" is not reachable.`, `${at}/States/${name}`, code);
    }
    const ends = all.some(([, { Type, End }]) => End === true || Type === 'Succeed' || Type === 'Fail');
    if (!ends && all.length > 0) this.say('Workflow has no terminal state', `${at}/States`, 'MISSING_END_STATE');
  }

  #names(definition: Fields): void {
    const names = statesIn(definition).map(([name]) => name);
    for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
      this.found.push({ code: 'DUPLICATE_STATE_NAME', message: `Duplicate State name: ${name}` });
    }
  }

  /** Names of variables: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
  #assign(state: Fields, at: string): void {
    const { Assign } = state;
    if (Assign === undefined) return;
    if (!isObject(Assign)) {
      this.say('Expected value of type Object', `${at}/Assign`);
      return;
    }
    for (const name of Object.keys(Assign)) {
      const place = `${at}/Assign/${name}`;
      if (name === 'states') this.say("The variable name 'states' is reserved", place);
      else if (!/^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u.test(name)) {
        this.say(`'${name}' is not a valid variable name`, place);
      }
    }
  }

  /** Only states that do something have a result, or an error that a catcher is given. */
  #noResult(state: Fields, at: string): void {
    const texts = textsIn(state);
    for (const field of ['result', 'errorOutput']) {
      if (!texts.some((text) => text.startsWith('{%') && new RegExp(`\\$states\\.${field}\\b`).test(text))) continue;
      this.say(`The field '$states.${field}' is not available in states of type ${state.Type}`, at);
    }
  }

  /** What opens an expression must close it, wherever it stands; and what is between must be one. */
  #expressions(value: unknown, at: string): void {
    if (typeof value === 'string' && value.startsWith('{%')) {
      const problem = value.endsWith('%}') ? problemOfExpression(value) : undefined;
      if (problem) this.say(problem.message, at, problem.code);
      else if (!value.endsWith('%}')) this.say('JSONata string must start with {% and end with %}', at);
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const isFlow = name === 'Branches' || name === 'ItemProcessor';
      if (!isFlow) this.#expressions(inner, Array.isArray(value) ? `${at}[${name}]` : `${at}/${name}`);
    }
  }
}

/** Names of the variables that a state assigns, by itself, by a rule or by a catcher. */
const assignedBy = (state: unknown): string[] => {
  if (!isObject(state)) return [];
  const { Assign, Choices, Catch } = state;
  const inside = [Choices, Catch].flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  return [Assign, ...inside.map((one) => (isObject(one) ? one.Assign : undefined))].flatMap((one) =>
    isObject(one) ? Object.keys(one) : [],
  );
};

/** Every text in a state, but for what runs inside of it. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'Branches' || name === 'ItemProcessor' ? [] : textsIn(inner),
  );
};

const reachedFrom = (start: string, states: Fields): Set<string> => {
  const reached = new Set<string>();
  const ahead = [start];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const state = states[name];
    if (reached.has(name) || !isObject(state)) continue;
    reached.add(name);
    ahead.push(...transitionsOf(state).map(({ target }) => target));
  }
  return reached;
};
