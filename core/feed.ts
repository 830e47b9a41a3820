import * as z from 'zod/mini';
import { resolvedFile } from './feed-file.ts';
import { locales } from './locales.ts';
import { idPattern } from './names.ts';
import { periodUnits } from './period.ts';
import { calendar } from './schedule/calendar.ts';

/** Everything about one recurring delivery, with defaults filled in. Durations are seconds, sizes are bytes. */
export type Feed = z.infer<typeof resolvedFeed>;
export type Contact = z.infer<typeof contact>;

export const audiences = ['partner', 'backup', 'owner', 'oncall'] as const;
export const audiencesOfRungs = ['owner', 'oncall'] as const;
export const modes = ['link', 'direct'] as const;
export const channelNames = ['email', 'sns'] as const;

const id = z.string().check(z.regex(idPattern, 'lower-case letters, digits and hyphens, at most 24'));
/** What stands in a mail's header has no line breaks, wherever it comes from. */
const oneLine = (what: string, most: number) =>
  z
    .string()
    .check(
      z.regex(new RegExp(`^[^\\p{Cc}]{1,${most}}$`, 'u'), `${what} of 1 to ${most} characters without line breaks`),
    );
export const title = oneLine('text', 100);
export const nameOfContact = oneLine('a name', 80);
export const nameOfBrand = oneLine('a name', 60);
const address = oneLine('an address', 254);

const contact = z.object({
  name: nameOfContact,
  email: address,
  locale: z._default(z.enum(locales), 'en'),
});
const people = z.array(contact);
/** How mails to the partner look: as from whom the partner knows. */
const brand = z.object({
  name: nameOfBrand,
  logo: z.optional(z.string()),
  replyTo: z.optional(address),
});
/** With `unit: custom`: a quarter, a season, a reporting date. */
const namedPeriod = z.object({ name: z.string(), from: z.string(), to: z.string() });

/**
 * The form of a feed after defaults: what the deployment carries and every request's ledger document repeats. Made by us of
 * what `feedSource` has checked, so its shape tells it; what becomes a header of a mail is looked at once more.
 */
export const resolvedFeed = z.object({
  partner: id,
  feed: id,
  title,
  schedule: z.object({
    expression: z.string(),
    timezone: z.string(),
    enabled: z.boolean(),
    skip: z.array(z.string()),
    calendar: z.optional(calendar),
    businessDay: z.optional(z.int()),
    /** What the Scheduler is told, where the calendar decides which of the days are meant. */
    fires: z.optional(z.string()),
  }),
  period: z.object({ unit: z.enum(periodUnits), offset: z.int(), named: z.optional(z.array(namedPeriod)) }),
  window: z.object({ dueSeconds: z.int(), closeSeconds: z.int() }),
  // Requests that were opened before there were links say nothing of this.
  delivery: z.object({
    mode: z.enum(modes),
    channels: z.array(z.enum(channelNames)),
    nothingToDeliver: z.optional(z.boolean()),
  }),
  contacts: z.object({ partner: people, backup: people, owner: people, oncall: people }),
  brand: z.optional(brand),
  reminders: z.array(z.int()),
  /** Those of the reminders, in seconds, that the owner hears too. */
  ownerReminders: z.optional(z.array(z.int())),
  escalation: z.array(z.object({ afterDueSeconds: z.int(), to: z.array(z.enum(audiencesOfRungs)) })),
  // Requests that were opened before these were there say nothing of them.
  escalateRejectionsSeconds: z.optional(z.int()),
  trendWarning: z.optional(z.boolean()),
  attempts: z.int(),
  file: resolvedFile,
});
