import type { ColumnType } from '../../datasets/schema.ts';

const microsecondsPerDay = 86_400_000_000n;

/** The ISO 8601 text of a day since 1970-01-01, for any year: `2001-01-31`, `-0043-03-15`, `+10000-01-01`. */
export function dateText(day: bigint): string {
  const { year, month, dayOfMonth } = civil(Number(day));
  return `${yearText(year)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
}

/** The ISO 8601 text of microseconds since 1970-01-01T00:00, the fraction only where there is one. */
export function timestampText(microseconds: bigint): string {
  const rest = ((microseconds % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay;
  return `${dateText((microseconds - rest) / microsecondsPerDay)}T${timeText(rest)}`;
}

/** The text of microseconds since midnight: `05:30:00`, `05:30:00.25`. */
export function timeText(microseconds: bigint): string {
  const seconds = Number(microseconds / 1_000_000n);
  const fraction = (microseconds % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => pad(part, 2)).join(':') + (fraction === '' ? '' : `.${fraction}`);
}

/** The text of a date, timestamp or time of day of the type: of milliseconds since 1970-01-01, or since midnight. */
export function textOfTime({ kind, native }: ColumnType, milliseconds: number): string {
  if (kind === 'date') return dateText(BigInt(Math.floor(milliseconds / 86_400_000)));
  const microseconds = BigInt(Math.round(milliseconds * 1_000));
  if (kind === 'time') return timeText(microseconds);
  return timestampText(microseconds) + (native.endsWith('WITH TIME ZONE') ? 'Z' : '');
}

/** Days since 1970-01-01 to the proleptic Gregorian calendar: Hinnant, "chrono-compatible low-level date algorithms". */
function civil(day: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapCorrected =
    dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor(leapCorrected / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}

function yearText(year: number): string {
  if (year < 0) return `-${pad(-year, 4)}`;
  return `${year > 9_999 ? '+' : ''}${pad(year, 4)}`;
}

function pad(value: number, width: number): string {
  return value.toString().padStart(width, '0');
}
