import { hour as hourMs } from '../../../base/units.ts';
import type { StateFamily } from '../family.ts';

/** Rows of each hour of the day, 24 numbers. */
export type Hours = readonly number[];

/**
 * `hour_coverage`: hours of the day that have rows, and `avg_hour`: the average hour of the day, which moves when the start or
 * the end of a day is lost. The detail `hours`: rows of each hour. Of timestamps, in UTC: exact.
 */
export const hoursFamily: StateFamily<Hours> = {
  key: 'hours',
  version: 1,
  applies: (kind) => kind === 'timestamp',
  empty: () => noHours,
  merge: (a, b) => a.map((count, hour) => count + (b[hour] ?? 0)),
  fromFrequencies: ({ counts, values }) => {
    if (values.kind !== 'time') return noHours;
    const hours = new Float64Array(hoursPerDay);
    values.numbers.forEach((ms, at) => {
      if (!Number.isFinite(ms)) return;
      const hour = Math.floor(ms / hourMs) % hoursPerDay;
      const place = hour < 0 ? hour + hoursPerDay : hour;
      hours[place] = (hours[place] ?? 0) + (counts[at] ?? 0);
    });
    return Array.from(hours);
  },
  metrics: (hours) => {
    const rows = hours.reduce((sum, count) => sum + count, 0);
    const sum = hours.reduce((total, count, hour) => total + count * hour, 0);
    const covered = rows === 0 ? undefined : hours.filter((count) => count > 0).length;
    return [
      { metric: 'hour_coverage', value: covered, scale: 'count', rows },
      { metric: 'avg_hour', value: rows === 0 ? undefined : sum / rows, scale: 'number', rows },
    ];
  },
  details: (hours) => {
    const values = hours.map((count, hour) => ({ value: hour.toString().padStart(2, '0'), count }));
    return [{ metric: 'hours', values: values.filter(({ count }) => count > 0), countError: 0 }];
  },
  encode: (hours, out) => {
    for (const count of hours) out.unsigned(count);
  },
  decode: (_version, input) => Array.from({ length: hoursPerDay }, () => input.unsigned()),
};

const hoursPerDay = 24;
const noHours: Hours = Array.from({ length: hoursPerDay }, () => 0);
