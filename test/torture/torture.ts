import { createHash } from 'node:crypto';
import { assemblyWith } from '../support/assembly.ts';
import { tortureFeeds } from './feeds.ts';
import { clockJumps, kinds, positionsOf } from './kinds.ts';
import { Bench, countWrites, deployedFolder, dieAtRandom, dieAtWrite, type Verdict } from './trial.ts';

export interface TortureOptions {
  /** Takes one of so many trials; 1 takes all. A number that three does not divide has all places of a kind in it. */
  readonly every: number;
  readonly kills: number;
  /** Chooses the moments of the kills. */
  readonly seed: string;
  readonly onProgress: (done: number, all: number) => void;
}

/** What came of all of it. */
export interface Findings {
  readonly faults: readonly Verdict[];
  readonly writes: readonly Verdict[];
  /** How often a request writes to the journal. */
  readonly writesOfRequest: number;
  readonly random: Verdict;
}

/** The same numbers for the same seed: SHA-256 of a counter. */
const numbers = (seed: string): (() => number) => {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32LE() / 2 ** 32;
};

/** Every kind of fault at three places of it, and the clock set forward and back. */
const faultTrials = (): readonly { readonly name: string; readonly fault: Readonly<Record<string, unknown>> }[] => [
  ...kinds.flatMap((kind) =>
    positionsOf(kind).map((skip) => ({ name: `${kind.name} (occasion ${skip + 1})`, fault: { ...kind.fault, skip } })),
  ),
  ...clockJumps.map((jumpSeconds) => ({
    name: `the clock is set by ${jumpSeconds} s`,
    fault: { point: 'clock', jumpSeconds },
  })),
];

const sample = <T>(all: readonly T[], every: number): readonly T[] => all.filter((_, index) => index % every === 0);

/**
 * All that is done to the embedded runtime, and what of its promises was left: every kind of fault, a kill at every write of
 * a request, and kills at random under load. After each the checker asks for the seven promises of the design.
 */
export const torture = async ({ every, kills, seed, onProgress }: TortureOptions): Promise<Findings> => {
  const assembly = assemblyWith({ feeds: tortureFeeds() });
  const deployed = await deployedFolder(assembly);
  const writesOfRequest = await countWrites(assembly, deployed);
  const faults = sample(faultTrials(), every);
  const writes = sample(
    Array.from({ length: writesOfRequest }, (_, index) => index + 1),
    every,
  );
  const all = faults.length + writes.length + kills;
  let done = 0;
  const onStep = () => onProgress(++done, all);

  const tryFaults = async (): Promise<Verdict[]> => {
    const bench = new Bench(assembly);
    const verdicts: Verdict[] = [];
    for (const { name, fault } of faults) {
      verdicts.push(await bench.try(name, fault));
      onStep();
    }
    await bench.close();
    return verdicts;
  };
  const tryKills = async (): Promise<Pick<Findings, 'writes' | 'random'>> => {
    const verdicts: Verdict[] = [];
    for (const write of writes) {
      verdicts.push(await dieAtWrite(assembly, deployed, write));
      onStep();
    }
    const random = await dieAtRandom(assembly, deployed, { kills, random: numbers(seed), onKill: onStep });
    return { writes: verdicts, random };
  };
  const [ofFaults, ofKills] = await Promise.all([tryFaults(), tryKills()]);
  return { faults: ofFaults, ...ofKills, writesOfRequest };
};

/** The trials that broke a promise. */
export const failures = ({ faults, writes, random }: Findings): readonly Verdict[] =>
  [...faults, ...writes, random].filter(({ broken }) => broken.length > 0);
