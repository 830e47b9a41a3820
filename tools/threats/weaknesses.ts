import type { Feed } from '../../core/feed.ts';
import { defaultSeverity, severities } from '../../core/validation/severity.ts';
import type { StageConfig } from '../../infra/config.ts';
import { mailboxesOf } from './exposure.ts';

/** From what lets something bad through unseen, by what is one guard where two are usual, to what is harder to prove afterwards. */
export const gravities = ['high', 'medium', 'low'] as const;

/** Something that the settings or a feed leave open. */
export interface Weakness {
  readonly gravity: (typeof gravities)[number];
  /** As the table of threats in docs/security.md names it. */
  readonly asset: string;
  readonly what: string;
  /** The setting that closes it, as one writes it. */
  readonly closedBy: string;
  /** `partner/feed` of those concerned; none where it is the whole deployment. */
  readonly feeds: readonly string[];
}

type Kind = Omit<Weakness, 'feeds'>;

/** Those of the settings that matter here. */
export type Protection = Pick<
  StageConfig,
  | 'isProd'
  | 'encryption'
  | 'allowedCidrs'
  | 'apiDomain'
  | 'lockAcceptedDays'
  | 'recordDeliveries'
  | 'recordUserAgents'
  | 'signEvidence'
  | 'malwareScan'
  | 'reserveConcurrency'
>;

/** What is left open, gravest first. @param feeds those that are deployed */
export const weaknessesOf = (feeds: readonly Feed[], protection: Protection): Weakness[] => {
  const ofFeeds = feedRules(feeds, protection).flatMap(({ holds, ...kind }): Weakness[] => {
    const concerned = feeds.filter(holds).map(nameOf);
    return concerned.length > 0 ? [{ ...kind, feeds: concerned }] : [];
  });
  const ofStage = stageRules(protection).flatMap(({ holds, ...kind }): Weakness[] =>
    holds ? [{ ...kind, feeds: [] }] : [],
  );
  return [...ofFeeds, ...ofStage].sort((a, b) => gravities.indexOf(a.gravity) - gravities.indexOf(b.gravity));
};

const nameOf = ({ partner, feed }: Feed): string => `${partner}/${feed}`;

/** Links that work longer than this are found in mailboxes by people whom they were not for. */
const longLinkSeconds = 72 * 3600;

const assets = {
  onItsWay: "a partner's file on its way",
  atRest: "a partner's file at rest",
  accepted: 'what is accepted',
  missed: 'that nothing is missed',
  evidence: 'evidence',
  money: "the account's money",
  page: 'the upload page',
} as const;

const feedRules = (
  feeds: readonly Feed[],
  { malwareScan }: Protection,
): readonly (Kind & { holds: (feed: Feed) => boolean })[] => [
  {
    gravity: malwareScan ? 'medium' : 'high',
    asset: assets.accepted,
    what: `only the size of a file is looked at${malwareScan ? ', and whether it is known malware' : ': whatever it is, it is accepted'}`,
    closedBy: 'file.format and file.schema in the feed',
    holds: ({ file }) =>
      file.checks === undefined && [file, ...(file.members ?? [])].some(({ format }) => format === 'opaque'),
  },
  {
    gravity: 'medium',
    asset: assets.accepted,
    what: 'a file need not have any columns or fields in particular',
    closedBy: 'file.schema in the feed',
    holds: ({ file }) => file.checks === undefined && [file, ...(file.members ?? [])].some(isReadWithoutSchema),
  },
  {
    gravity: 'low',
    asset: assets.accepted,
    what: 'rules were made to warn, or to let some rows pass',
    closedBy: 'file.severity and file.tolerate in the feed',
    holds: ({ file }) => [file, ...(file.members ?? [])].some(isSoftened),
  },
  {
    gravity: 'medium',
    asset: assets.onItsWay,
    what: 'the mail holds the upload URL itself: whoever reads it in time can use it, and nothing tells who opened it',
    closedBy: 'delivery.mode: link in the feed',
    holds: ({ delivery }) => delivery.mode === 'direct',
  },
  {
    gravity: 'medium',
    asset: assets.onItsWay,
    what: 'whoever subscribes to the topic of notices is sent a link that works',
    closedBy: 'delivery.channels: [email] in the feed, or a look at the subscriptions',
    holds: ({ delivery }) => delivery.mode === 'link' && delivery.channels.includes('sns'),
  },
  {
    gravity: 'medium',
    asset: assets.onItsWay,
    what: 'a mailbox is sent the secrets of more than one partner',
    closedBy: 'contacts in the feeds',
    holds: sharesAMailbox(feeds),
  },
  {
    gravity: 'low',
    asset: assets.onItsWay,
    what: `a link works for more than ${longLinkSeconds / 86_400} days, in mailboxes that others come to read`,
    closedBy: 'window.close in the feed',
    holds: ({ delivery, window }) => delivery.mode === 'link' && window.closeSeconds > longLinkSeconds,
  },
  {
    gravity: 'medium',
    asset: assets.missed,
    what: 'nobody but the owner hears that a file is late',
    closedBy: 'contacts.oncall and escalation in the feed',
    holds: ({ escalation, contacts }) =>
      contacts.oncall.length === 0 || !escalation.some(({ to }) => to.includes('oncall')),
  },
  {
    gravity: 'low',
    asset: assets.missed,
    what: 'one dead mailbox, and nobody at the partner hears of it',
    closedBy: 'contacts.backup in the feed',
    holds: ({ contacts }) => contacts.partner.length === 1 && contacts.backup.length === 0,
  },
  {
    gravity: 'low',
    asset: assets.missed,
    what: 'who holds the link may say that there is nothing to deliver; one owner decides',
    closedBy: 'delivery.nothingToDeliver: false in the feed',
    holds: ({ delivery }) => delivery.nothingToDeliver === true,
  },
];

/** What a feed says of its one file, or of the files of a set. */
type OneFile = Pick<Feed['file'], 'format' | 'schema' | 'jsonSchema' | 'severity' | 'tolerate'>;

const isReadWithoutSchema = ({ format, schema, jsonSchema }: OneFile): boolean =>
  format !== 'opaque' && format !== 'set' && schema === undefined && jsonSchema === undefined;

const isSoftened = ({ severity = {}, tolerate = {} }: OneFile): boolean =>
  Object.keys(tolerate).length > 0 ||
  Object.entries(severity).some(
    ([rule, chosen]) => severities.indexOf(chosen) > severities.indexOf(defaultSeverity(rule)),
  );

/** Whether a mailbox of the feed is one of another partner as well. */
const sharesAMailbox = (feeds: readonly Feed[]): ((feed: Feed) => boolean) => {
  const partnersOf = new Map<string, Set<string>>();
  for (const feed of feeds) {
    for (const mailbox of mailboxesOf(feed)) {
      partnersOf.set(mailbox, (partnersOf.get(mailbox) ?? new Set()).add(feed.partner));
    }
  }
  return (feed) => [...mailboxesOf(feed)].some((mailbox) => (partnersOf.get(mailbox)?.size ?? 0) > 1);
};

const stageRules = (stage: Protection): readonly (Kind & { holds: boolean })[] => [
  {
    gravity: 'medium',
    asset: assets.accepted,
    what: 'nothing looks for malware in what comes',
    closedBy: '-c malwareScan=true',
    holds: !stage.malwareScan,
  },
  {
    gravity: 'medium',
    asset: assets.atRest,
    what: 'whoever in the account may read S3 may read the files: there is no key of their own that would refuse',
    closedBy: '-c encryption=customer',
    holds: stage.encryption === 'aws-managed',
  },
  {
    gravity: 'low',
    asset: assets.atRest,
    what: 'an accepted file can be deleted by whoever may delete in its bucket',
    closedBy: '-c lockAcceptedDays=DAYS',
    holds: stage.lockAcceptedDays === 0,
  },
  {
    gravity: 'low',
    asset: assets.onItsWay,
    what: 'uploads may come from any network',
    closedBy: '-c allowedCidrs=203.0.113.0/24,…',
    holds: stage.allowedCidrs.length === 0,
  },
  {
    gravity: 'low',
    asset: assets.page,
    what: 'the page has an address of API Gateway, which no partner can tell from a forged one',
    closedBy: '-c apiDomain=upload.your.domain -c certificate=ARN',
    holds: stage.apiDomain === undefined,
  },
  {
    gravity: 'medium',
    asset: assets.evidence,
    what: 'an administrator can lift the lock of the evidence before its time',
    closedBy: '-c stage=prod',
    holds: !stage.isProd,
  },
  {
    gravity: 'low',
    asset: assets.evidence,
    what: 'a third party must trust the archive: its packs are not signed',
    closedBy: '-c signEvidence=true',
    holds: !stage.signEvidence,
  },
  {
    gravity: 'low',
    asset: assets.evidence,
    what: 'with which program a file was sent is not recorded',
    closedBy: '-c recordUserAgents=new',
    holds: stage.recordUserAgents === undefined,
  },
  {
    gravity: 'low',
    asset: assets.evidence,
    what: 'whether a mail reached the recipient’s server is not recorded',
    closedBy: '-c recordDeliveries=true',
    holds: !stage.recordDeliveries,
  },
  {
    gravity: 'low',
    asset: assets.money,
    what: 'a flood of the page can use up the functions that the account runs at once',
    closedBy: '-c reserveConcurrency=true',
    holds: !stage.reserveConcurrency,
  },
];
