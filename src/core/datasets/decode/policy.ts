import { limits } from '../../../base/limits.ts';
import type { AlertPolicy, SpecialDays } from '../definition.ts';
import { type Decoder, describe, distinct, itself, mapped, number, parsed, text } from './decoder.ts';
import { defaulted, object, optional, required } from './object.ts';
import type { Place } from './place.ts';

/** Decodes `policy: {alerts_per_month: 1, holidays: US, special_days: [{name: sale, dates: [2001-11-23]}]}`. */
export const policyDecoder: Decoder<AlertPolicy> = mapped(
  object({
    alerts_per_month: defaulted(number({ min: 0, max: 100, aboveMin: true }), 1),
    holidays: optional(parsed(regionCode, 'a country or region code such as US or DE-BY')),
    special_days: optional(specialDays()),
  }),
  ({ alerts_per_month: alertsPerMonth, holidays, special_days: special }) => ({
    alertsPerMonth,
    ...(holidays === undefined ? {} : { holidays }),
    ...(special === undefined ? {} : { specialDays: special }),
  }),
);

/** ISO 3166-1 alpha-2, or 3166-2. */
function regionCode(code: string): string | undefined {
  return /^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$/.test(code) ? code : undefined;
}

function specialDays(): Decoder<readonly SpecialDays[]> {
  const dates = distinct(day, { keysOf: itself, what: 'date', filled: true });
  const named = object({ name: required(text({ charactersMax: 100 })), dates: required(dates) });
  const all = distinct(named, {
    keysOf: (days) => (days === undefined ? [] : [`name ${days.name}`, ...days.dates]),
    what: 'name or date',
  });
  return (input, place) => {
    const value = all(input, place);
    const count = value?.reduce((sum, days) => sum + days.dates.length, 0) ?? 0;
    if (count <= limits.specialDaysMax) return value;
    return place.report(`at most ${limits.specialDaysMax} dates together, here are ${count}`);
  };
}

function day(input: unknown, place: Place): string | undefined {
  if (typeof input === 'string' && isCalendarDate(input)) return input;
  return place.report(`must be a date such as 2001-11-23, is ${describe(input)}`);
}

/** Whether a text is an ISO 8601 date of the calendar: the 30th of February is none. */
function isCalendarDate(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
