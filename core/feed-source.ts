import addresses from 'email-addresses';
import * as z from 'zod/mini';
import { audiencesOfRungs, channelNames, modes, nameOfBrand, nameOfContact, title } from './feed.ts';
import { fileSource } from './file-source.ts';
import { locales } from './locales.ts';
import { periodUnits } from './period.ts';
import { holidayRules } from './schedule/calendar.ts';
import { scheduleExpressionProblem } from './schedule/expression.ts';
import { durationSeconds, isDay, isTimeZone } from './time.ts';

/*
 * A feed as people write it: the strict form, with what is wrong of each field in words. Read when an app is synthesized and
 * by the commands, never by a function: those know the resolved form alone (feed.ts).
 */

/** A feed as written in YAML. */
export type FeedSource = z.infer<typeof feedSource>;

const isDuration = (text: string): boolean => {
  try {
    const seconds = durationSeconds(text);
    return seconds >= 0 && Number.isInteger(seconds);
  } catch {
    return false;
  }
};

/** One plain address: no display name, no list, no line break, at most 254 characters (RFC 5321 §4.5.3.1). */
export const isPlainAddress = (text: string): boolean => {
  if (!/^[\x21-\x7e]{3,254}$/.test(text) || /[<>(),;:\\"[\]]/.test(text)) return false;
  const parsed = addresses.parseOneAddress(text);
  return parsed?.type === 'mailbox' && parsed.address === text && parsed.domain.includes('.');
};

const duration = z.string().check(z.refine(isDuration, 'an ISO-8601 duration of whole seconds such as PT4H or P1D'));
const contact = z.strictObject({
  name: nameOfContact,
  email: z.string().check(z.refine(isPlainAddress, 'one plain address such as data@acme.example')),
  locale: z._default(z.enum(locales), 'en'),
});
/** How mails to the partner look: as from whom the partner knows. */
const brand = z.strictObject({
  name: nameOfBrand,
  logo: z.optional(z.string().check(z.regex(/^https:\/\/[^\s"'<>]{1,300}$/, 'the https:// address of a picture'))),
  replyTo: z.optional(z.string().check(z.refine(isPlainAddress, 'one plain address such as data@company.example'))),
});
const people = z.array(contact).check(z.maxLength(10, 'at most 10 people'));
const someone = people.check(z.minLength(1, 'at least one person'));
/** Before due: to the partner, and to the owner where that is said. */
const reminderSource = z.union([
  duration,
  z.strictObject({
    before: duration,
    to: z
      .array(z.enum(['partner', 'owner']))
      .check(z.refine((to) => to.includes('partner'), 'partner among them: an owner alone is told by escalation')),
  }),
]);
const localDate = z
  .string()
  .check(z.regex(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-12-25'), z.refine(isDay, 'a date that exists'));
/** With `unit: custom`: a quarter, a season, a reporting date. */
const namedPeriod = z.strictObject({
  name: z
    .string()
    .check(z.regex(/^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 16')),
  from: localDate,
  to: localDate,
});
const timezone = z.string().check(z.refine(isTimeZone, 'an IANA time zone such as Europe/Berlin'));
const channels = z.array(z.enum(channelNames)).check(
  z.minLength(1, 'at least one channel'),
  z.refine((all) => all.includes('email'), 'email among them: partners are asked by mail'),
);
const count = (least: number, most: number) =>
  z
    .int()
    .check(
      z.gte(least, `a whole number from ${least} to ${most}`),
      z.lte(most, `a whole number from ${least} to ${most}`),
    );

const expression = z.string().check(
  z.refine((value) => scheduleExpressionProblem(value) === undefined, {
    error: ({ input }) =>
      `cron(…) with six fields, rate(…) or at(…), as EventBridge Scheduler takes them (${scheduleExpressionProblem(String(input))})`,
  }),
);

const weekday = z.enum(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']);
/** Business days: what is none is a holiday, or a weekend. */
const calendarSource = z.strictObject({
  country: z.optional(
    z.string().check(z.regex(/^[A-Z]{2}(-[A-Z0-9]{1,4}){0,2}$/, 'a country, state or region such as DE or DE-BY')),
  ),
  ics: z.optional(z.string().check(z.regex(/^[A-Za-z0-9._-]+$/, 'the name of a file beside the feed'))),
  weekend: z._default(z.array(weekday).check(z.maxLength(6)), ['SAT', 'SUN']),
  onHoliday: z._default(z.enum(holidayRules), 'skip'),
});
/** Of a month: 1 the first, -1 the last. */
const businessDay = z
  .int()
  .check(
    z.refine(
      (value) => Math.abs(value) >= 1 && Math.abs(value) <= 20,
      'from 1 (the first) to 20, or from -1 (the last) to -20',
    ),
  );

/** The form of `feeds/<partner>/<feed>.yaml`. Published for editors as `docs/feed.schema.json`. */
export const feedSource = z.strictObject({
  $schema: z.optional(z.string()),
  title,
  schedule: z.strictObject({
    expression,
    timezone: z._default(timezone, 'UTC'),
    enabled: z._default(z.boolean(), true),
    skip: z._default(z.array(localDate), []),
    calendar: z.optional(calendarSource),
    businessDay: z.optional(businessDay),
  }),
  period: z._default(
    z.strictObject({
      unit: z._default(z.enum(periodUnits), 'day'),
      offset: z._default(count(-366, 366), 0),
      named: z.optional(z.array(namedPeriod).check(z.minLength(1), z.maxLength(400, 'at most 400 periods'))),
    }),
    { unit: 'day', offset: 0 },
  ),
  window: z.strictObject({ due: duration, close: z.optional(duration) }),
  delivery: z._default(
    z.strictObject({
      mode: z._default(z.enum(modes), 'link'),
      channels: z._default(channels, ['email']),
      nothingToDeliver: z._default(z.boolean(), false),
    }),
    { mode: 'link', channels: ['email'], nothingToDeliver: false },
  ),
  contacts: z.strictObject({
    partner: someone,
    backup: z._default(people, []),
    owner: someone,
    oncall: z._default(people, []),
  }),
  brand: z.optional(brand),
  reminders: z.optional(z.array(reminderSource).check(z.maxLength(10, 'at most 10 reminders'))),
  escalation: z._default(
    z
      .array(
        z.strictObject({
          at: duration,
          to: z.array(z.enum(audiencesOfRungs)).check(z.minLength(1, 'at least one audience')),
        }),
      )
      .check(z.maxLength(10, 'at most 10 rungs')),
    [{ at: 'PT0S', to: ['owner'] }],
  ),
  /** A rejection this close to due, or later, is told to the owner at once. */
  escalateRejections: z._default(duration, 'PT1H'),
  /** The owner is warned when by now the partner has usually delivered; never with fewer than eight deliveries. */
  trendWarning: z._default(z.boolean(), true),
  attempts: z._default(count(1, 20), 3),
  file: fileSource,
});
