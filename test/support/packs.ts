import type { Evidence } from '../../core/evidence/pack.ts';
import type { StoredPack } from '../../core/evidence/report/deliveries.ts';

export const hash = 'ab'.repeat(32);

/** How one delivery of a made-up history went. */
interface Delivery {
  readonly partner: string;
  readonly feed: string;
  /** `2026-07-01` */
  readonly day: string;
  readonly kind: Evidence['outcome']['kind'];
  /** Before it was due (10:00 in Berlin); negative after. */
  readonly earlyMinutes?: number;
  readonly attempts?: number;
  readonly generation?: number;
  readonly sequence?: number;
  readonly redrives?: number;
}

/** The pack that such a delivery leaves. */
export const packOf = ({
  partner,
  feed,
  day,
  kind,
  earlyMinutes = 60,
  attempts = 1,
  generation = 1,
  sequence = 1,
  redrives = 0,
}: Delivery): StoredPack => {
  const dueAt = `${day}T08:00:00.000Z`;
  const at = new Date(Date.parse(dueAt) - earlyMinutes * 60_000).toISOString();
  const isAsked = kind !== 'skipped' && kind !== 'alreadyOpen';
  const name = `${partner}_${feed}_${day}-${generation}`;
  const folder = `${partner}/${feed}/${isAsked ? `${day}/${generation}` : 'runs'}/${name}-${redrives}/`;
  const isAccepted = kind === 'accepted';
  const uploads = Array.from({ length: kind === 'missed' || !isAsked ? 0 : attempts }, (_, index) => ({
    attempt: index + 1,
    key: `${partner}/${feed}/${day}/${generation}/${index + 1}/upload.csv`,
    versionId: `v${index + 1}`,
    size: 812,
    arrivedAt: index + 1 === attempts ? at : `${day}T05:30:00.000Z`,
    settled: 'taken',
    check: { valid: isAccepted && index + 1 === attempts, rows: 12, sha256: hash, findings: {} },
  }));
  const pack: Evidence = {
    version: 1,
    partner,
    feed,
    outcome: { kind, line: `${kind} on ${day}`, at },
    execution: {
      arn: `arn:aws:states:eu-west-1:000000000000:execution:airlock-dev:${name}`,
      name,
      status: isAccepted || !isAsked ? 'SUCCEEDED' : 'FAILED',
      startedAt: `${day}T04:00:00.000Z`,
      stoppedAt: at,
      redrives,
      history: { key: `${folder}history.json`, sha256: hash, events: 61 },
    },
    ...(isAsked && {
      request: {
        requestId: `${partner}_${feed}_${day}`,
        period: day,
        generation,
        title: 'Daily orders',
        timezone: 'Europe/Berlin',
        scheduledAt: `${day}T04:00:00.000Z`,
        openedAt: `${day}T04:00:01.000Z`,
        feedHash: hash,
        dueAt,
        closesAt: `${day}T12:00:00.000Z`,
        milestones: [],
      },
    }),
    uploads,
    ...(isAccepted && {
      accepted: { key: `${partner}/${feed}/${day}/${generation}/data.csv`, versionId: `v${attempts}`, sha256: hash },
    }),
    mails: [],
    acts: [],
    recordedAt: at,
    chain: { sequence, previous: sequence === 1 ? null : { key: 'before', sha256: hash } },
  };
  return { key: `${folder}evidence.json`, pack };
};

/** A quarter of so many partners with a delivery each day: most on time, some late, sent back, missed, waived, skipped. */
export const quarterOfPacks = (partners: number, days = 92): readonly StoredPack[] =>
  Array.from({ length: partners }, (_, partner) =>
    Array.from({ length: days }, (__, day) => {
      // No two partners alike, and the same in every run.
      const chance = (partner * 7919 + day * 104_729) % 100;
      const kind =
        chance < 88
          ? 'accepted'
          : (['accepted', 'missed', 'rejected', 'waived', 'skipped', 'failed'] as const)[chance % 6];
      return packOf({
        partner: `partner-${partner + 1}`,
        feed: 'daily-orders',
        day: new Date(Date.UTC(2026, 6, 1 + day)).toISOString().slice(0, 10),
        kind: kind ?? 'accepted',
        earlyMinutes: chance < 80 ? 20 + ((partner * 31 + day * 17) % 200) : -((chance * 7) % 180) - 1,
        attempts: 1 + (chance % 9 === 0 ? 1 : 0),
        sequence: day + 1,
      });
    }),
  ).flat();
