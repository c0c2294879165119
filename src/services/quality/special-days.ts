import type { PartitionKey } from '../../base/ids.ts';
import { dayOf, type SpecialDayNames } from '../../core/checks/special-days.ts';
import type { AlertPolicy } from '../../core/datasets/definition.ts';
import type { Holidays } from '../../ports/holidays.ts';

/**
 * The days of their own kind in the years of some partitions: the public holidays of the policy's country, and the days
 * that it names itself, which win. Nothing where the policy has neither, or the partitions are no days.
 */
export async function specialDaysOf(
  holidays: Holidays,
  policy: AlertPolicy,
  keys: readonly PartitionKey[],
): Promise<{ readonly specialDays?: SpecialDayNames }> {
  const { holidays: code, specialDays = [] } = policy;
  if (code === undefined && specialDays.length === 0) return {};
  const years = new Set(keys.flatMap((key) => dayOf(key)?.slice(0, 4) ?? []));
  if (years.size === 0) return {};
  const found = await Promise.all(
    code === undefined ? [] : [...years].map((year) => holidays.inYear(code, Number(year))),
  );
  const own = specialDays.map(({ name, dates }) => Object.fromEntries(dates.map((date) => [date, name])));
  return { specialDays: Object.assign({}, ...found, ...own) };
}
