import * as z from 'zod/mini';
import { idPattern, type RequestKey } from './names.ts';
import { periodPattern } from './period.ts';
import type { RequestDocument } from './request.ts';

/**
 * A link as it is mailed: `<page>/u/<link id>#<secret>`. The id is opaque, the secret is a MAC over it that nobody
 * stores: the mailer computes it, the API verifies it. Behind `#`, so that no server and no log ever sees it.
 */
export const linkUrl = (page: string, linkId: string, secret: string): string => `${page}/u/${linkId}#${secret}`;

/** Twelve characters of base64url: made by us, and told apart from what a stranger types. */
export const linkIdPattern = /^[A-Za-z0-9_-]{12}$/;

/** 32 bytes (HMAC-SHA-256) in base64url. */
export const linkSecretPattern = /^[A-Za-z0-9_-]{43}$/;

/** What the MAC is over: the purpose first, so that the key's MACs of anything else open no link. */
export const macMessage = (linkId: string): string => `airlock-upload-link:${linkId}`;

/** A URL that the API mints lives at most this long. */
export const mintedUrlSeconds = 900;

/** Whom a link is for: a person of the feed, the topic, or a caller of the API. */
const recipient = z.union([
  z.strictObject({ person: z.string() }),
  z.strictObject({ topic: z.literal(true) }),
  z.strictObject({ caller: z.string() }),
]);
export type Recipient = z.infer<typeof recipient>;

/** In one word, for people: a person by id. */
export const recipientName = (to: Recipient): string =>
  'person' in to ? to.person : 'caller' in to ? to.caller : 'topic';

/** `grants/<link id>.json`: what a link stands for. Bound to one request and one recipient. */
export const linkGrant = z.looseObject({
  version: z.literal(1),
  partner: z.string().check(z.regex(idPattern)),
  feed: z.string().check(z.regex(idPattern)),
  period: z.string().check(z.regex(periodPattern)),
  generation: z.int().check(z.gte(1)),
  recipient,
  /** Why, where a caller of the API said so. */
  reason: z.optional(z.string()),
  issuedAt: z.string(),
  /** When URLs were minted with it; only as many as the limit needs. */
  mintedAt: z._default(z.array(z.string()), []),
  /** When somebody first had its page before them, or began to send by it. */
  openedAt: z.optional(z.string()),
  /** When the recipient asked for a new one. */
  renewalAskedAt: z.optional(z.string()),
});
export type LinkGrant = z.infer<typeof linkGrant>;

export const newGrant = ({ partner, feed, period, generation }: RequestKey, to: Recipient, at: string): LinkGrant => ({
  version: 1,
  partner,
  feed,
  period,
  generation,
  recipient: to,
  issuedAt: at,
  mintedAt: [],
});

/** Who asks, as API Gateway tells it. */
export interface Visitor {
  readonly sourceIp?: string | undefined;
  /** What the program calls itself: hostile like everything from outside, printable ASCII of at most 256 characters. */
  readonly userAgent?: string | undefined;
}

/** `openings/<link id>.json`: that a link was opened, once for each. */
export const openingDocument = z.looseObject({
  version: z.literal(1),
  at: z.string(),
  recipient,
  sourceIp: z.optional(z.string()),
  userAgent: z.optional(z.string()),
});

/** `links/<attempt>/<claim>-<issue>.json` in link mode: who gets which link by this issue. */
export const issuedLinks = z.looseObject({
  version: z.literal(1),
  /** Link ids by person; `topic` is the one for the topic. */
  links: z.record(z.string(), z.string()),
  /** ISO-8601: from here on no URL is minted. */
  expiresAt: z.string(),
});
export type IssuedLinks = z.infer<typeof issuedLinks>;

/** Whether an operator has revoked the links of that time. */
export const isRevoked = ({ issuedAt }: LinkGrant, { linksRevoked }: Pick<RequestDocument, 'linksRevoked'>): boolean =>
  linksRevoked !== undefined && Date.parse(issuedAt) <= Date.parse(linksRevoked.at);
