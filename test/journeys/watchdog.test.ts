import { Airlock } from '../support/airlock.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

describe('the watchdog over starts', () => {
  it('tells operators of a period whose schedule is gone, once, and of no holiday, pause or feed that is new', async () => {
    const airlock = await Airlock.start();
    // A Monday, so that the days that follow are days of delivery.
    const now = await airlock.now();
    const monday = new Date(now + ((8 - new Date(now).getUTCDay()) % 7 || 7) * 86_400_000).toISOString().slice(0, 10);
    await airlock.local('POST', 'clock', { to: `${monday}T12:00:00Z` });
    expect(await notices(airlock)).toEqual([]);
    const without = changedAssembly(({ Resources }) => {
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        if (Type === 'AWS::Scheduler::Schedule' && Properties.Name === 'acme_files') delete Resources[id];
      }
    });
    const gone = await airlock.restart({ assembly: without });
    await gone.advance('P1D');
    const tuesday = new Date(Date.parse(monday) + 86_400_000).toISOString().slice(0, 10);
    expect(await notices(gone)).toEqual([`Never opened: acme_files_${tuesday}`]);
    expect(await gone.alarms()).toContain('ALARM starts-missing');
    await gone.advance('PT12H');
    expect(await notices(gone)).toHaveLength(1);
    await gone.stop();
  });
});

const notices = async (airlock: Airlock): Promise<string[]> =>
  (await airlock.notices()).map(({ subject = '' }) => subject).filter((subject) => subject.startsWith('Never opened'));
