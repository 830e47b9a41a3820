import type { Feed } from '../feed.ts';
import { type Locale, locales } from '../locales.ts';
import { periodFor } from '../period.ts';
import { makePlan } from '../plan.ts';
import type { Mail } from '../ports.ts';
import {
  type PartnerMailKind,
  type Person,
  partnerMailKinds,
  pointTo,
  type RequestDocument,
  type StaffMailKind,
  staffMailKinds,
} from '../request.ts';
import { Findings } from '../validation/findings.ts';
import type { Report } from '../validation/report-document.ts';
import { partnerMail, partnerWord, type UploadWay } from './partner.ts';
import { staffMail } from './staff.ts';

/** A mail as somebody would get it. Nothing in it works. */
export interface SampleMail {
  /** `partner-reminder.de` */
  readonly name: string;
  readonly mail: Omit<Mail, 'to' | 'tags'>;
}

/** Every mail of a feed in every language, to look at. @param scheduledAt ISO-8601 */
export const sampleMails = (feed: Feed, scheduledAt: string): SampleMail[] => {
  const request = sampleRequest(feed, scheduledAt);
  const [partner] = feed.contacts.partner;
  const [owner] = feed.contacts.owner;
  return locales.flatMap((locale) => {
    const to = (person: { readonly name: string; readonly email: string } | undefined): Person => ({
      name: person?.name ?? '',
      email: person?.email ?? '',
      locale,
    });
    return [
      ...partnerMailKinds.map((kind) => ({
        name: `partner-${kind}.${locale}`,
        mail: toPartner(kind, request, to(partner)),
      })),
      ...staffMailKinds.map((kind) => ({
        name: `staff-${kind}.${locale}`,
        mail: staffMail(
          { kind, request: asOf(kind, request), attempt: kind === 'rejected' ? 2 : 1, ...more(kind, locale) },
          to(owner),
        ),
      })),
    ];
  });
};

const toPartner = (kind: PartnerMailKind, request: RequestDocument, person: Person): SampleMail['mail'] =>
  kind === 'receipt' || kind === 'waived'
    ? partnerWord({ kind, request: ended(request) }, person)
    : partnerMail(
        {
          kind,
          request,
          attempt: kind === 'fix' ? 2 : 1,
          way: wayOf(request),
          report: kind === 'fix' ? sampleReport() : undefined,
        },
        person,
      );

const asOf = (kind: StaffMailKind, request: RequestDocument): RequestDocument =>
  kind === 'recovered' ? ended(request) : request;

const more = (kind: StaffMailKind, locale: Locale): { report?: Report; reason?: string } => {
  if (kind === 'rejected' || kind === 'rejectedLate') return { report: sampleReport() };
  if (kind !== 'nothingToDeliver') return {};
  return { reason: locale === 'de' ? 'keine Bestellungen in dieser Woche' : 'no orders this week' };
};

const sampleRequest = (feed: Feed, scheduledAt: string): RequestDocument => {
  const period = periodFor(feed, Date.parse(scheduledAt)) ?? feed.period.named?.[0]?.name ?? '';
  return {
    version: 1,
    ...pointTo({ partner: feed.partner, feed: feed.feed, period, generation: 1, claim: 1 }),
    scheduledAt,
    openedAt: scheduledAt,
    execution: { arn: 'arn:sample', name: `${feed.partner}_${feed.feed}_0123456789abcdef` },
    feedConfig: { ...feed, contacts: { partner: [], backup: [], owner: [], oncall: [] } },
    feedHash: '',
    plan: makePlan(feed, scheduledAt, { usuallyAfterSeconds: 1800, warnAfterSeconds: 3600 }),
    status: 'open',
  };
};

const ended = (request: RequestDocument): RequestDocument => ({
  ...request,
  status: 'ended',
  outcome: {
    kind: 'accepted',
    at: request.plan.dueAt,
    line: 'Accepted late at 10:12 (Berlin): 2,113 rows, 1 reminder',
  },
});

/** As long as the real ones, so that what does not fit is seen. */
const wayOf = ({ feedConfig, plan }: RequestDocument): UploadWay =>
  feedConfig.delivery.mode === 'link'
    ? { mode: 'link', url: `https://upload.example.com/u/SAMPLE-LINK1#${'x'.repeat(43)}`, expiresAt: plan.closesAt }
    : {
        mode: 'direct',
        url: `https://landing.s3.eu-west-1.amazonaws.com/sample?X-Amz-Signature=${'x'.repeat(1200)}`,
        expiresAt: plan.dueAt,
        requiredHeaders: { 'if-none-match': '*' },
      };

const sampleReport = (): Report => {
  const findings = new Findings();
  const place = { line: 2, row: 1, column: 'ordered_on' };
  findings.add('cell.type#dayMonthSwapped', { example: '2026-11-22' }, place, '22/11/2026');
  findings.add('csv.columnCount', { wanted: 4, found: 3 }, { line: 7, row: 6 });
  return { version: 1, bytes: 1024, sha256: '', rows: 2113, ...findings.conclude(2113) };
};
