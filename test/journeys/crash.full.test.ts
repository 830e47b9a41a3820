import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';

/** Kills the runtime in the middle of a state's task (once per state), starts it again, and says where it happened. */
class Killer {
  airlock: Airlock;
  readonly killedIn: string[] = [];

  constructor(airlock: Airlock) {
    this.airlock = airlock;
  }

  /** Follows an execution until it stands still, killing the runtime in every task that it has not yet killed in. */
  async follow(execution: string): Promise<void> {
    for (;;) {
      const events = await this.airlock.history(execution);
      const state =
        events.findLast(({ stateEnteredEventDetails }) => stateEnteredEventDetails)?.stateEnteredEventDetails?.name ??
        '';
      const isInTask = events.at(-1)?.type === 'TaskStarted';
      if (isInTask && !this.killedIn.includes(state)) {
        this.killedIn.push(state);
        this.airlock = await this.airlock.restart({ signal: 'SIGKILL' });
      } else if (events.at(-1)?.type === 'TaskSubmitted' || (await this.airlock.ending(execution)) !== 'RUNNING') {
        return;
      }
    }
  }

  /** Kills while nothing moves: in a waiting state. */
  async inWait(): Promise<void> {
    this.airlock = await this.airlock.restart({ signal: 'SIGKILL' });
  }
}

describe('kill -9 of the runtime', () => {
  it('in every task and every wait of an accepted file loses nothing and does nothing twice', async () => {
    const killer = new Killer(await Airlock.start());
    const { executionArn } = await killer.airlock.run('acme/orders');
    await killer.follow(executionArn);
    await killer.inWait();
    await killer.airlock.upload(badCsv);
    await waitForToken(killer.airlock, executionArn);
    await killer.follow(executionArn);
    await killer.inWait();
    await killer.airlock.upload(goodCsv);
    await waitForToken(killer.airlock, executionArn);
    await killer.follow(executionArn);

    const { airlock } = killer;
    expect(killer.killedIn).toEqual(
      expect.arrayContaining([
        'Open request',
        'Generate upload URL',
        'Email upload URL',
        'Wait for upload',
        'Validate upload',
        'Quarantine upload',
        'Accept upload',
        'Thank partner',
      ]),
    );
    expect(await airlock.ending(executionArn)).toBe('SUCCEEDED');
    expect(await airlock.keys('Accepted')).toHaveLength(1);
    // At most one more send after a crash, and then with the same notification id.
    const sent = (await airlock.emails()).map(({ tags }) => tags.notificationId);
    expect(new Set(sent).size).toBe(3);
    await airlock.stop();
  });

  it('in every task and every wait of a rejected file still ends it by name', async () => {
    const killer = new Killer(await Airlock.start());
    const { executionArn } = await killer.airlock.run('initech/hourly');
    await killer.follow(executionArn);
    await killer.airlock.upload('a,b\n1\n');
    await waitForToken(killer.airlock, executionArn);
    await killer.follow(executionArn);
    await killer.inWait();
    expect((await killer.airlock.path(executionArn)).at(-1)).toBe('Wait for the owner');
    await Promise.all([killer.airlock.advance('PT2H').catch(() => undefined), killAfterTimeout(killer, executionArn)]);
    expect(killer.killedIn).toEqual(
      expect.arrayContaining(['Quarantine upload', 'Escalate rejection', 'Wait for the owner', 'Close as rejected']),
    );
    expect(await killer.airlock.ending(executionArn)).toBe('FAILED UploadRejected');
    await killer.airlock.stop();
  });

  it('in every task around a refused mail, a bounced mail and a waiver loses none of them', async () => {
    const killer = new Killer(await Airlock.start());
    await killer.airlock.local('PUT', 'ses-account', { productionAccess: false });
    const { executionArn } = await killer.airlock.run('acme/orders');
    await killer.follow(executionArn);
    for (const error of ['DeliveryFailed', 'OperatorWaived']) {
      await killer.airlock.failTask(executionArn, error, 'for the test');
      await killer.follow(executionArn);
    }
    expect(killer.killedIn).toEqual(
      expect.arrayContaining(['Escalate refused mail', 'Escalate bounced mail', 'Close as waived']),
    );
    expect(await killer.airlock.outcome(executionArn)).toBe('Waived: for the test');
    await killer.airlock.stop();
  });

  it('in every task on the way to a missed delivery still ends it by name', async () => {
    const killer = new Killer(await Airlock.start());
    const { executionArn } = await killer.airlock.run('globex/claims');
    await killer.follow(executionArn);
    for (const step of ['PT30M', 'PT20M']) {
      await Promise.all([killer.airlock.advance(step).catch(() => undefined), killAfterTimeout(killer, executionArn)]);
      await killer.follow(executionArn);
    }
    await killer.airlock.advance('PT1H');
    expect(killer.killedIn).toEqual(
      expect.arrayContaining(['Open request', 'Look for upload', 'Escalate', 'Close as missed']),
    );
    expect(await killer.airlock.ending(executionArn)).toBe('FAILED UploadNotReceived');
    await killer.airlock.stop();
  });
});

/** Waits until the wait was ended by the arrival. */
const waitForToken = async (airlock: Airlock, execution: string): Promise<void> => {
  while ((await airlock.history(execution)).at(-1)?.type === 'TaskSubmitted');
};

/** Waits until the clock's move has reached the execution, then follows it. */
const killAfterTimeout = async (killer: Killer, execution: string): Promise<void> => {
  await waitForToken(killer.airlock, execution);
  await killer.follow(execution);
};
