import { drain } from '../../tools/scale/drain.ts';

const stage = (name: string, burst: number, perSecond: number, patienceSeconds = 3600) => ({
  name,
  burst,
  perSecond,
  patienceSeconds,
});

describe('many through one place after another', () => {
  it('take what the place gives: its burst at once, the rest at its rate', () => {
    expect(drain(1300, 0, [stage('starts', 1300, 300)]).all).toBe(1);
    expect(drain(1600, 0, [stage('starts', 1300, 300)]).all).toBe(2);
    expect(drain(100_000, 0, [stage('starts', 1300, 300)]).all).toBe(1 + Math.ceil((100_000 - 1300) / 300));
  });

  it('wait at the slowest, wherever it stands', () => {
    const [fast, slow] = [stage('fast', 1000, 1000), stage('slow', 10, 10)];
    for (const path of [
      [fast, slow],
      [slow, fast],
    ])
      expect(drain(1000, 0, path)).toMatchObject({ all: 100, slowest: 'slow' });
  });

  it('do not wait where they come no faster than it serves', () => {
    expect(drain(3000, 300, [stage('place', 10, 10, 1)])).toMatchObject({ all: 300, half: 150, givesUp: [] });
  });

  it('give up where they wait longer than they try', () => {
    expect(drain(1000, 0, [stage('mails', 10, 10, 30)]).givesUp).toEqual(['mails']);
    expect(drain(300, 0, [stage('mails', 10, 10, 30)]).givesUp).toEqual([]);
  });
});
