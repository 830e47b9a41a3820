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
