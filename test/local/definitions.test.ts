import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateStateMachineCommand, ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn';
import { diagnose } from '../../local/states/diagnose.ts';
import { Airlock } from '../support/airlock.ts';
import { definitionOf } from '../support/own-machines.ts';

/** What AWS found in definitions, with the sources of it. */
const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recorded-diagnostics.json'), 'utf8'),
);

interface Case {
  readonly source: string;
  readonly what: string;
  /** The definition, as text or as JSON; or the states of one. */
  readonly text?: string;
  readonly definition?: object;
  readonly states?: object;
  readonly more?: object;
  readonly found: readonly object[];
}

const textOf = ({ text, definition, states = {}, more = {} }: Case): string =>
  text ?? (definition ? JSON.stringify(definition) : definitionOf(states, more));

describe('a definition', () => {
  it.each(cases)('with $what is told as AWS tells it ($source)', (one) => {
    expect(diagnose(textOf(one))).toEqual(one.found);
  });

  it('that is no JSON is told where, in the words of this machine’s reader', () => {
    expect(diagnose('not a definition')).toMatchObject([{ code: 'INVALID_JSON_DESCRIPTION' }]);
  });

  /** What the developer guide says is refused; AWS's words for it are not known. */
  it.each<[string, object]>([
    ['a result where nothing is done', { A: { Type: 'Pass', Output: '{% $states.result %}', End: true } }],
    ['an error where nothing is caught', { A: { Type: 'Pass', Output: '{% $states.errorOutput %}', End: true } }],
    ['the reserved variable', { A: { Type: 'Pass', Assign: { states: 1 }, End: true } }],
    ['a variable that cannot be named', { A: { Type: 'Pass', Assign: { 'a-b': 1 }, End: true } }],
    ['variables in a list', { A: { Type: 'Pass', Assign: [1], End: true } }],
    [
      'a variable of an outer scope',
      {
        A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
        B: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'C', States: { C: { Type: 'Pass', Assign: { n: 2 }, End: true } } }],
          End: true,
        },
      },
    ],
    ['retriers that are no list', { A: { Type: 'Parallel', Branches: [], Retry: {}, End: true } }],
    ['branches that are no list', { A: { Type: 'Parallel', Branches: {}, End: true } }],
    [
      'a field of JSONPath in a catcher',
      { A: { Type: 'Map', Catch: [{ ErrorEquals: ['X'], Next: 'A', ResultPath: '$' }] } },
    ],
  ])('with %s is refused', (_, states) => {
    expect(diagnose(definitionOf(states)).map(({ code }) => code)).toContain('SCHEMA_VALIDATION_FAILED');
  });

  it('with a time or a version that there is not is refused', () => {
    const states = { A: { Type: 'Succeed' } };
    expect(
      diagnose(definitionOf(states, { TimeoutSeconds: 'abc', Version: '2.0' })).map(({ location }) => location),
    ).toEqual([...['/Version', '/TimeoutSeconds']]);
    expect(diagnose(definitionOf(states, { TimeoutSeconds: 60, Version: '1.0' }))).toEqual([]);
  });

  it('with places inside of places is told where exactly', () => {
    const States = { X: { Type: 'Pass', Next: 'Nowhere' } };
    const Each = { Type: 'Map', ItemProcessor: { StartAt: 'X', States }, End: true };
    const Both = { Type: 'Parallel', Branches: [{ StartAt: 'Each', States: { Each } }], End: true };
    expect(diagnose(definitionOf({ Both })).map(({ location }) => location)).toEqual([
      '/States/Both/Branches[0]/States/Each/ItemProcessor/States/X/Next',
      '/States/Both/Branches[0]/States/Each/ItemProcessor/States',
    ]);
  });

  describe('at the API', () => {
    let airlock: Airlock;
    beforeAll(async () => {
      airlock = await Airlock.start();
    });
    afterAll(() => airlock.stop());
    const two = definitionOf({ A: { Type: 'Pass', Next: 'C' }, B: { Type: 'Wait', Seconds: 1, Seconds2: 2 } });

    it('is refused with all that is wrong, in one line', async () => {
      const roleArn = await airlock.machineRole();
      const create = new CreateStateMachineCommand({ name: 'wrong', definition: '{"StartAt":"A"}', roleArn });
      await expect(airlock.sfn.send(create)).rejects.toMatchObject({
        name: 'InvalidDefinition',
        message:
          "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
      });
    });

    it('is validated without a machine: OK, or a list that can be cut short', async () => {
      const validate = (definition: string, maxResults?: number) =>
        airlock.sfn.send(new ValidateStateMachineDefinitionCommand({ definition, maxResults }));
      expect(await validate(definitionOf({ A: { Type: 'Succeed' } }))).toMatchObject({
        result: 'OK',
        diagnostics: [],
        truncated: false,
      });
      const all = await validate(two);
      expect(all).toMatchObject({ result: 'FAIL', truncated: false });
      expect(all.diagnostics?.every(({ severity }) => severity === 'ERROR')).toBe(true);
      expect(await validate(two, 1)).toMatchObject({ diagnostics: [all.diagnostics?.[0]], truncated: true });
    });

    it('of Airlock itself has nothing wrong', async () => {
      const { definition = '' } = await airlock.machine();
      expect(diagnose(definition)).toEqual([]);
    });
  });
});
