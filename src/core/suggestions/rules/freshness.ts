import { day, hour, minute } from '../../../base/units.ts';
import { formatValue } from '../../checks/format.ts';
import { tolerance, withLevel } from '../evidence.ts';
import { type DatasetRule, evidenceMin } from './rule.ts';

/** Twice the age that all but a few newest rows had, rounded up. */
export const suggestFreshness: DatasetRule = ({ history, partitions }) => {
  const series = history.series.find(({ metric }) => metric === 'freshness');
  const ages = history.partitions.flatMap(({ key }, at) => {
    const ageMs = series?.values[at] ?? null;
    return ageMs === null ? [] : [{ key, ageMs }];
  });
  if (partitions.length < evidenceMin.partitions || ages.length < evidenceMin.partitions) return [];
  const sorted = ages.map(({ ageMs }) => ageMs).sort((a, b) => a - b);
  const usualMs = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0;
  const bound = roundedUp(2 * usualMs);
  const late = ages.filter(({ ageMs }) => ageMs >= bound.ms).map(({ key }) => key);
  const tolerated = tolerance(late, ages.length);
  if (tolerated === undefined) return [];
  return [
    {
      kind: 'freshness',
      check: { freshness: withLevel({ must_be_less_than: bound.text }, tolerated) },
      text: `freshness must be less than ${bound.text}`,
      evidence: `the newest row was at most ${formatValue(usualMs, 'duration')} old at the end of nearly all of ${ages.length} partitions${tolerated.note}`,
    },
  ];
};

/** A duration in words of the YAML form, of at least ten minutes: nobody wants to be told sooner. */
function roundedUp(ms: number): { readonly ms: number; readonly text: string } {
  const [unit, name] = ms > 3 * day ? [day, 'd'] : ms > hour ? [hour, 'h'] : [10 * minute, 'm'];
  const count = Math.max(1, Math.ceil(ms / unit));
  return { ms: count * unit, text: `${name === 'm' ? 10 * count : count}${name}` };
}
