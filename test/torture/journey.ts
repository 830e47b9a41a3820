import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { type Airlock, badCsv, curlLineOf, goodCsv } from '../support/airlock.ts';

/** A runtime that may die under whoever uses it, and is then started again on the same data. */
export class Mortal {
  airlock: Airlock;
  /** How often it was started again. */
  deaths = 0;
  #revival: Promise<void> | undefined;

  constructor(airlock: Airlock) {
    this.airlock = airlock;
  }

  /** Does something until it was done without the runtime dying meanwhile: as people do, and as schedules do. */
  async survive<T>(work: (airlock: Airlock) => Promise<T>): Promise<T> {
    for (;;) {
      const { airlock } = this;
      try {
        return await work(airlock);
      } catch (error) {
        if (airlock === this.airlock && !(await airlock.hasDied())) throw error;
        await this.#revive(airlock);
      }
    }
  }

  /** kill -9, whatever it is doing. */
  async kill(): Promise<void> {
    const { airlock } = this;
    await airlock.halt('SIGKILL');
    await this.#revive(airlock);
  }

  /** Of many who see it dead one starts it again. */
  async #revive(dead: Airlock): Promise<void> {
    if (dead !== this.airlock) return;
    this.#revival ??= this.#startAgain().finally(() => {
      this.#revival = undefined;
    });
    await this.#revival;
  }

  async #startAgain(): Promise<void> {
    this.deaths += 1;
    this.airlock = await this.airlock.restart({ signal: 'SIGKILL' });
  }
}

/** What a request is doing, as its ledger document and its mails tell. */
interface Standing {
  /** Of the newest mail that asks for a file; 0 before the first. */
  readonly attempt: number;
  readonly ended: boolean;
}

/**
 * One request of a feed: opened by its schedule, answered with a bad file, then with a good one. Whoever takes part tries again
 * where the other side was gone, and an operator redrives what failed by a fault of ours.
 */
export class Journey {
  readonly #mortal: Mortal;
  readonly #feed: string;
  readonly #at: string;
  readonly #period: string;

  /** @param at when its schedule fires, ISO-8601 */
  constructor(mortal: Mortal, feed: string, at: string, period: string) {
    this.#mortal = mortal;
    this.#feed = feed;
    this.#at = at;
    this.#period = period;
  }

  get id(): string {
    return `acme_${this.#feed}_${this.#period}`;
  }

  async run(): Promise<void> {
    await this.#fire();
    await this.#until(({ attempt }) => attempt >= 1);
    await this.#send(badCsv, 1);
    await this.#until(({ attempt }) => attempt >= 2);
    await this.#send(goodCsv, 2);
    await this.#until(({ ended }) => ended);
  }

  /** A schedule whose start is refused tries again. */
  async #fire(tries = 5): Promise<void> {
    try {
      await this.#mortal.survive((airlock) => airlock.run(`acme/${this.#feed}`, this.#at));
    } catch (error) {
      if (tries === 0) throw error;
      await this.#fire(tries - 1);
    }
  }

  /** Waits as people do: looks, and looks again a little later. */
  async #until(isThere: (standing: Standing) => boolean): Promise<void> {
    for (let looks = 0; looks < 60; looks += 1) {
      const standing = await this.#mortal.survive(async (airlock) => {
        await airlock.settle();
        return this.#standing(airlock);
      });
      if (isThere(standing)) return;
      await this.#mortal.survive((airlock) => this.#redriveWhatFailed(airlock));
      // What is tried again is tried again later; an event that was lost is made good at the next milestone.
      await this.#mortal.survive((airlock) => airlock.advance('PT30S'));
    }
    throw new Error(`${this.id} stands still`);
  }

  async #standing(airlock: Airlock): Promise<Standing> {
    const attempts = (await airlock.emails()).flatMap(({ tags, text }) =>
      tags.requestId === this.id && text.includes('curl ') ? [Number(tags.attempt)] : [],
    );
    const [document] = await airlock.keys('Ledger', `requests/${this.id.replaceAll('_', '/')}.json`);
    const status = document && JSON.parse(await airlock.text('Ledger', document)).status;
    return { attempt: Math.max(0, ...attempts), ended: status === 'ended' };
  }

  /** Puts a file as the newest mail of its attempt says, until S3 has it: 200 once, 412 ever after. */
  async #send(body: string, attempt: number): Promise<void> {
    for (;;) {
      const { status } = await this.#mortal.survive(async (airlock) => {
        const mail = (await airlock.emails()).findLast(
          ({ tags, text }) => tags.requestId === this.id && Number(tags.attempt) === attempt && text.includes('curl '),
        );
        const { url, headers } = curlLineOf(mail);
        return fetch(url, { method: 'PUT', headers, body });
      });
      if (status === 200 || status === 412) return;
      if (status < 500) throw new Error(`${this.id}: a file was refused with ${status}`);
    }
  }

  async #redriveWhatFailed(airlock: Airlock): Promise<void> {
    for (const { executionArn = '', status, error } of await airlock.executions()) {
      const isOurFault = status === 'FAILED' && !['UploadNotReceived', 'UploadRejected'].includes(error ?? '');
      if (isOurFault) await airlock.sfn.send(new RedriveExecutionCommand({ executionArn }));
    }
  }
}
