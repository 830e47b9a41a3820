import { AwsError, UnsupportedFeatureError } from '../errors.ts';
import { type Definition, type State, statesIn } from './definition.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnostic } from './field-checks.ts';
import { integrationOf } from './integration.ts';

/** Fields that Step Functions knows and this engine does not execute: of tasks, and of distributed Map. */
const notExecuted = [
  ...['Credentials', 'ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'],
  ...['ToleratedFailureCount', 'ToleratedFailurePercentage'],
];
/** Arguments that are not looked at. */
const argumentsIgnored = ['Qualifier', 'InvocationType', 'ClientContext', 'LogType', 'TraceHeader'];

/**
 * Reads a definition. Refuses what Step Functions itself would refuse, in its words, and what this engine does not execute
 * (JSONPath, distributed Map, other integrations).
 *
 * @throws AwsError InvalidDefinition; UnsupportedFeatureError
 */
export const parseDefinition = (where: string, json: string): Definition => {
  requireJsonata(where, json);
  const wrong = diagnose(json);
  if (wrong.length > 0) {
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${wrong.map(inOneLine).join(', ')}'`);
  }
  const definition: Definition = JSON.parse(json);
  for (const [name, state] of statesIn(definition)) requireExecutable(`${where}: state "${name}"`, state);
  return definition;
};

/** `SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /` */
const inOneLine = ({ code, message, location }: Diagnostic): string =>
  `${code}: ${message}${location === undefined ? '' : ` at ${location}`}`;

/** What a machine in the other language does wrong cannot be told here. */
const requireJsonata = (where: string, json: string): void => {
  let language: unknown;
  try {
    const given: unknown = JSON.parse(json);
    if (typeof given !== 'object' || given === null || !('StartAt' in given && 'States' in given)) return;
    language = 'QueryLanguage' in given ? given.QueryLanguage : 'JSONPath';
  } catch {
    return;
  }
  if (language === 'JSONPath') throw new UnsupportedFeatureError(where, 'a QueryLanguage other than JSONata');
};

const requireExecutable = (where: string, state: State): void => {
  const field = Object.keys(state).find((name) => notExecuted.includes(name));
  if (field !== undefined) throw new UnsupportedFeatureError(where, `field ${field}`);
  if (state.Type === 'Task' && !integrationOf(state)) {
    throw new UnsupportedFeatureError(where, `resource ${state.Resource}`);
  }
  const argument = Object.keys(Object(state.Arguments)).find((name) => argumentsIgnored.includes(name));
  if (state.Type === 'Task' && argument !== undefined) throw new UnsupportedFeatureError(where, `argument ${argument}`);
  const { Mode = 'INLINE' } = state.ItemProcessor?.ProcessorConfig ?? {};
  if (Mode !== 'INLINE') throw new UnsupportedFeatureError(where, `ProcessorConfig Mode ${Mode}`);
};
