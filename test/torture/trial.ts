import { cpSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { periodOf } from '../../core/period.ts';
import { Airlock, temporaryFolder } from '../support/airlock.ts';
import { brokenPromises } from '../support/promises.ts';
import { Journey, Mortal } from './journey.ts';

/** What came of a trial. */
export interface Verdict {
  readonly trial: string;
  /** Whether the fault struck at all. */
  readonly hasStruck: boolean;
  /** Each promise that was broken; none when all hold. */
  readonly broken: readonly string[];
}

const zone = 'Europe/Berlin';
const hourMs = 3_600_000;

/** Moves to the next full hour, and takes a request of each feed through it. */
export const runHour = async (mortal: Mortal, feeds: readonly string[]): Promise<readonly Journey[]> => {
  const hour = Math.ceil((await mortal.survive((airlock) => airlock.now())) / hourMs) * hourMs;
  const at = new Date(hour).toISOString();
  await mortal.survive(async (airlock) => {
    const secondsLeft = Math.ceil((hour - (await airlock.now())) / 1000);
    if (secondsLeft > 0) await airlock.advance(`PT${secondsLeft}S`);
  });
  const journeys = feeds.map((feed) => new Journey(mortal, feed, at, periodOf(at, zone, 'hour', 0)));
  const ends = await Promise.allSettled(journeys.map((one) => one.run()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return journeys;
};

/** Lets an hour pass in which everything comes to its end. */
const rest = (mortal: Mortal): Promise<unknown> => mortal.survive((airlock) => airlock.advance('PT1H'));

/** What a runtime that has come to rest owes beside the promises: each request was accepted, once, and its end is proved. */
const owed = async (airlock: Airlock, journeys: readonly Journey[]): Promise<string[]> => {
  const broken: string[] = [];
  const accepted = await airlock.keys('Accepted');
  const packs = (await airlock.keys('Archive')).filter((key) => key.endsWith('/evidence.json'));
  for (const { id } of journeys) {
    const folder = `${id.replaceAll('_', '/')}/`;
    const files = accepted.filter((key) => key.startsWith(folder));
    if (files.length !== 1) broken.push(`${id}: ${files.length} files were accepted`);
    if (!packs.some((key) => key.startsWith(folder))) broken.push(`${id}: no evidence`);
  }
  return broken;
};

/** All that is asked of a runtime after a trial. @param mostSends of one mail */
export const judge = async (
  mortal: Mortal,
  journeys: readonly Journey[],
  mostSends: number,
): Promise<readonly string[]> => {
  await rest(mortal);
  return [...(await brokenPromises(mortal.airlock, mostSends)), ...(await owed(mortal.airlock, journeys))];
};

/** How often a mail may be sent: once more where whoever sent it could not say so, under the same id. */
const mostSendsUnder = ({ point, effect, when }: Readonly<Record<string, unknown>>): number => {
  const isOnlyRefused = effect === 'throttle' || effect === 'error' || effect === 'delay';
  return point === 'event' || point === 'clock' || (isOnlyRefused && when !== 'after') ? 1 : 2;
};

/** Trials of one runtime after each other: what came before makes each next one no easier. */
export class Bench {
  readonly #assembly: string;
  #mortal: Mortal | undefined;
  #trials = 0;
  /** What trials of this runtime were allowed: its judge reads the mails of all of them. */
  #mostSends = 1;

  constructor(assembly: string) {
    this.#assembly = assembly;
  }

  /** Three requests at once, while a fault is armed. */
  async try(trial: string, fault: Readonly<Record<string, unknown>>): Promise<Verdict> {
    // Judging reads all that a runtime ever did.
    if (this.#trials % 12 === 0) await this.close();
    this.#trials += 1;
    this.#mortal ??= new Mortal(await Airlock.start({ assembly: this.#assembly }));
    const mortal = this.#mortal;
    let hasStruck = false;
    try {
      const deaths = mortal.deaths;
      this.#mostSends = Math.max(this.#mostSends, mostSendsUnder(fault));
      await mortal.airlock.fault(fault);
      const journeys = await runHour(mortal, ['one', 'two', 'three']);
      const armed = await mortal.airlock.faults();
      hasStruck = mortal.deaths > deaths || armed.some(({ struck }) => struck > 0) || fault.point === 'clock';
      await mortal.airlock.noFaults();
      return { trial, hasStruck, broken: await judge(mortal, journeys, this.#mostSends) };
    } catch (error) {
      await this.close();
      return { trial, hasStruck, broken: [reasonOf(error)] };
    }
  }

  async close(): Promise<void> {
    await this.#mortal?.airlock.stop();
    this.#mortal = undefined;
    this.#mostSends = 1;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A data folder in which the app is deployed, to be copied: so a trial that begins anew begins fast. */
export const deployedFolder = async (assembly: string): Promise<string> => {
  const airlock = await Airlock.start({ assembly });
  const folder = temporaryFolder();
  await airlock.halt();
  cpSync(airlock.dataDir, folder, { recursive: true });
  await airlock.stop();
  return folder;
};

/** A runtime of its own that may die. @param deployed of `deployedFolder` */
const freshRuntime = async (assembly: string, deployed: string): Promise<Mortal> => {
  const dataDir = temporaryFolder();
  cpSync(deployed, dataDir, { recursive: true });
  return new Mortal(await Airlock.start({ assembly, dataDir }));
};

/** How often the journal is written to in one request, from its schedule to its end. */
export const countWrites = async (assembly: string, deployed: string): Promise<number> => {
  const mortal = await freshRuntime(assembly, deployed);
  await mortal.airlock.fault({ point: 'journal', effect: 'kill', skip: 1_000_000 });
  await runHour(mortal, ['one']);
  const [counter] = await mortal.airlock.faults();
  await mortal.airlock.stop();
  return counter?.seen ?? 0;
};

/** One request, whose runtime dies just after its journal was written to for the nth time. */
export const dieAtWrite = async (assembly: string, deployed: string, write: number): Promise<Verdict> => {
  const trial = `kill -9 after write ${write}`;
  const mortal = await freshRuntime(assembly, deployed);
  try {
    await mortal.airlock.fault({ point: 'journal', effect: 'kill', when: 'after', skip: write - 1 });
    const journeys = await runHour(mortal, ['one']);
    return { trial, hasStruck: mortal.deaths > 0, broken: await judge(mortal, journeys, 2) };
  } catch (error) {
    return { trial, hasStruck: mortal.deaths > 0, broken: [reasonOf(error)] };
  } finally {
    await mortal.airlock.stop();
  }
};

/**
 * Requests of all feeds, hour after hour, under a runtime that dies again and again.
 *
 * @param random in [0, 1): how long each of its lives lasts
 */
export const dieAtRandom = async (
  assembly: string,
  deployed: string,
  { kills, random, onKill }: { kills: number; random: () => number; onKill: () => void },
): Promise<Verdict> => {
  const trial = `${kills} times kill -9 at random`;
  const mortal = await freshRuntime(assembly, deployed);
  const journeys: Journey[] = [];
  const killer = async () => {
    while (mortal.deaths < kills) {
      await setTimeout(50 + random() * 950);
      await mortal.kill();
      onKill();
    }
  };
  try {
    const killing = killer();
    while (mortal.deaths < kills) journeys.push(...(await runHour(mortal, ['one', 'two', 'three'])));
    await killing;
    // Each death may send what was being sent once more, under the same id; that one mail meets many is hardly possible.
    return { trial, hasStruck: true, broken: await judge(mortal, journeys, 4) };
  } catch (error) {
    return { trial, hasStruck: true, broken: [reasonOf(error)] };
  } finally {
    await mortal.airlock.stop();
  }
};
