import { kinds, positionsOf } from './kinds.ts';
import { failures, torture } from './torture.ts';

const isFull = process.env.AIRLOCK_TESTS === 'full';
const [every, kills] = isFull ? [1, 200] : [37, 10];

describe('whatever breaks', () => {
  it(
    'nothing is lost, done twice or told to the wrong: faults, kills at writes, kills at random',
    async () => {
      const findings = await torture({ every, kills, seed: 'torture', onProgress: () => undefined });
      expect(failures(findings)).toEqual([]);
      // A fault that never struck proves nothing.
      expect(findings.faults.filter(({ hasStruck }) => !hasStruck)).toEqual([]);
      expect(findings.writes.filter(({ hasStruck }) => !hasStruck)).toEqual([]);
    },
    isFull ? 7_200_000 : 240_000,
  );

  it('is of more than 50 kinds, at three places each', () => {
    expect(new Set(kinds.map(({ name }) => name)).size).toBeGreaterThan(50);
    expect(kinds.filter((kind) => new Set(positionsOf(kind)).size < 3)).toEqual([]);
  });
});
