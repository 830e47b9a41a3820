import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { businessErrors } from '../../core/errors.ts';

interface Handler {
  readonly ErrorEquals: string[];
  readonly Next: string;
}
interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly TimeoutSeconds?: number | string;
  readonly Retry?: Handler[];
  readonly Catch?: Handler[];
  readonly Choices?: { readonly Next: string }[];
  readonly Arguments?: { readonly FunctionName: string };
}

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'statemachine/upload-workflow.asl.json'), 'utf8');
const machine: { StartAt: string; QueryLanguage: string; TimeoutSeconds: number; States: Record<string, State> } =
  JSON.parse(text);
const states = Object.entries(machine.States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const waits = tasks.filter(([, { Resource }]) => Resource?.endsWith('.waitForTaskToken'));
const business: string[] = businessErrors.map((Class) => new Class('').name);
const nextOf = (state: State): string[] =>
  [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map(({ Next }) => Next),
    ...(state.Catch ?? []).map(({ Next }) => Next),
  ].filter((next): next is string => next !== undefined);

describe('the workflow', () => {
  it('is valid Amazon States Language', () => {
    const filled = JSON.parse(text.replaceAll(/\$\{(\w+)\}/g, 'arn:aws:lambda:eu-west-1:000000000000:function:$1'));
    const { isValid, errorsText } = aslValidator(filled);
    expect(isValid ? '' : errorsText('\n')).toBe('');
  });

  it('can reach every state from its start', () => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const next of nextOf(machine.States[name] ?? { Type: '' })) visit(next);
    };
    visit(machine.StartAt);
    expect([...seen].sort()).toEqual(states.map(([name]) => name).sort());
  });

  it('says in a comment what every state is for', () => {
    expect(states.filter(([, { Comment }]) => !Comment).map(([name]) => name)).toEqual([]);
  });

  it('ends longer after the longest window than any plan lasts', () => {
    expect(machine.TimeoutSeconds).toBeGreaterThan(30 * 86_400 + 2 * 3600);
  });

  it('calls every handler but those that events, the clock and the API call, and nothing else', () => {
    const handlers = readdirSync(join(root, 'handlers'))
      .filter((name) => name.endsWith('.lambda.ts'))
      .map((name) => name.replace('.lambda.ts', ''))
      .filter((name) => !/^(receive-|answer-|watch-|archive-|reconcile$)/.test(name))
      .map((name) => `\${${name.replaceAll(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase())}}`);
    const called = new Set(tasks.map(([, state]) => state.Arguments?.FunctionName));
    expect([...called].sort()).toEqual(handlers.sort());
  });
});

describe.each(tasks)('the task "%s"', (name, state) => {
  it('has a timeout, and retries named errors only', () => {
    expect(state.TimeoutSeconds).toBeDefined();
    const retried = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(retried.length).toBeGreaterThan(0);
    // The second entry into this wait is the look for a result whose event was lost.
    const also = name === 'Wait for malware scan' ? ['States.Timeout'] : [];
    expect(retried.filter((error) => error.startsWith('States.'))).toEqual(also);
  });

  it('catches business errors only', () => {
    const caught = (state.Catch ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
    // A wait's timeout is its plan; a thank-you is a courtesy, whatever breaks.
    const also = state.Resource?.endsWith('.waitForTaskToken')
      ? ['States.Timeout']
      : name === 'Thank partner' || name === 'Email waiver'
        ? ['States.ALL']
        : [];
    expect(caught.filter((error) => !business.includes(error) && !also.includes(error))).toEqual([]);
  });
});

describe('the waits', () => {
  it('are for the upload, its scan and the owner', () => {
    expect(waits.map(([name]) => name)).toEqual(['Wait for upload', 'Wait for malware scan', 'Wait for the owner']);
  });

  it('for people have a timeout computed from the plan, never shorter than a second', () => {
    for (const [, { TimeoutSeconds }] of waits.filter(([name]) => name !== 'Wait for malware scan')) {
      expect(TimeoutSeconds).toMatch(
        /^\{% \$max\(\[1, \$ceil\(\(\$toMillis\(\$\w+(\.at)?\) - \$millis\(\)\) \/ 1000\)\]\) %\}$/,
      );
    }
  });
});

describe('the business errors', () => {
  it('are each caught somewhere', () => {
    const caught = new Set(tasks.flatMap(([, { Catch = [] }]) => Catch.flatMap(({ ErrorEquals }) => ErrorEquals)));
    expect(business.filter((error) => !caught.has(error))).toEqual([]);
  });
});
