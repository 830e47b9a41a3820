import * as z from 'zod/mini';
import { daysIn, type LocalDay, weekdayOf } from './cron.ts';
import { isoDay, plusDays } from './times.ts';

/** What happens to a delivery that falls on a day that is no business day. */
export const holidayRules = ['skip', 'next', 'previous'] as const;

/** Which days are business days, as a feed keeps it. */
export const calendar = z.strictObject({
  /** 1 for Sunday to 7 for Saturday. */
  weekend: z.array(z.int()),
  /** Names by local date. */
  holidays: z.record(z.string(), z.string()),
  onHoliday: z.enum(holidayRules),
  /** The last date that it knows of: from then on, deploy again. */
  until: z.string(),
});
export type Calendar = z.infer<typeof calendar>;

/** No delivery is moved further than this: no row of holidays is as long. */
export const mostMovedDays = 15;

/** Why a day is none to work on; undefined for a business day. */
export const closedOn = ({ holidays, weekend }: Calendar, day: LocalDay): string | undefined =>
  holidays[isoDay(day)] ?? (weekend.includes(weekdayOf(day)) ? 'weekend' : undefined);

/** The holiday of a day, for `skip`: on which weekdays a schedule fires is its own business. */
export const holidayOn = ({ holidays }: Calendar, day: LocalDay): string | undefined => holidays[isoDay(day)];

/** The closest business day after or before. Undefined when there is none for weeks. */
export const businessDayFrom = (rules: Calendar, day: LocalDay, step: 1 | -1): LocalDay | undefined => {
  for (let days = 1; days <= mostMovedDays; days += 1) {
    const moved = plusDays(day, step * days);
    if (closedOn(rules, moved) === undefined) return moved;
  }
  return undefined;
};

/** The nth business day of a month, or from its end when negative. Undefined where it has fewer. */
export const nthBusinessDay = (rules: Calendar, year: number, month: number, nth: number): LocalDay | undefined => {
  const days = Array.from({ length: daysIn(year, month) }, (_, index) => ({ year, month, day: index + 1 }));
  const open = days.filter((day) => closedOn(rules, day) === undefined);
  return open.at(nth > 0 ? nth - 1 : nth);
};

/** Monday to Friday, without holidays. */
export const everyWeekday: Calendar = { weekend: [1, 7], holidays: {}, onHoliday: 'skip', until: '9999-12-31' };
