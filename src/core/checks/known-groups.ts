import { limits } from '../../base/limits.ts';
import type { MetricValue } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import { columnsOfLabel, segmentsLabel, splitSegment } from '../metrics/segments/segment-label.ts';
import { type Segments, segmentsKey } from '../metrics/segments/segments.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import { missedRows, segmentValues } from './segment-values.ts';

/** Partitions in which a group must have had rows, of the last so many, before it is missed. */
const seenMin = 3;
const rememberedPartitions = 60;

/**
 * Remembers which groups there were, so that one that is gone has a `row_count` of 0, and not no value at all: a lost
 * region has to alarm. After 60 partitions without a row it is forgotten.
 */
export class KnownGroups {
  readonly #seen = new Map<string, number[]>();
  #partitions = 0;

  constructor(history: MetricHistory) {
    const places = history.partitions.length;
    this.#partitions = places;
    for (const { metric, rows } of history.series) {
      const { metric: name, segment } = splitSegment(metric);
      if (name !== 'row_count' || segment === undefined) continue;
      for (let place = Math.max(0, places - rememberedPartitions); place < places; place++) {
        // Of a group that was missed, the value is not a count of rows: there are none behind it.
        if ((rows[place] ?? 0) > 0) this.#note(segment, place);
      }
    }
  }

  /**
   * The metrics of the groups of the next partition, and `row_count` of the groups that it should have. Where there are no
   * rows at all, that is the only thing to say.
   */
  step(profile: Profile, rules: readonly SegmentRule[]): MetricValue[] {
    const counting = new Set(rules.flatMap((rule) => (countsRows(rule) ? [segmentsKey(rule.columns)] : [])));
    const counted = profile.segments.filter(({ columns }) => counting.has(segmentsKey(columns)));
    const own = profile.rowCount === 0 ? [] : segmentValues(profile, rules);
    const missed = profile.rowCount === 0 ? [] : this.#missed(counted);
    const known = new Set<string>();
    for (const { metric, segment, rows } of own) {
      if (metric !== 'row_count' || segment === undefined) continue;
      known.add(segment);
      // Of a group that is not there, the value is not a count of rows: there are none behind it.
      if (rows > 0) this.#note(segment, this.#partitions);
    }
    this.#partitions += 1;
    return [...own, ...missed.filter(({ segment = '' }) => !known.has(segment))];
  }

  /** `row_count` of the groups of earlier partitions that this one does not have. */
  #missed(segments: readonly Segments[]): MetricValue[] {
    const byColumns = new Map(segments.map((each) => [segmentsLabel(each.columns), each]));
    const first = this.#partitions - rememberedPartitions;
    const values = Array.from(this.#seen).flatMap(([segment, places]): MetricValue[] => {
      const measured = byColumns.get(columnsOfLabel(segment));
      if ((places.at(-1) ?? 0) < first) this.#seen.delete(segment);
      const recent = places.filter((place) => place >= first).length;
      if (measured === undefined || measured.groups.has(segment) || recent < seenMin) return [];
      return [missedRows(segment, measured)];
    });
    return values.slice(0, limits.segmentMetricsMax);
  }

  #note(segment: string, place: number): void {
    const places = this.#seen.get(segment) ?? [];
    places.push(place);
    if (places.length > rememberedPartitions) places.shift();
    this.#seen.set(segment, places);
  }
}

/** Whether all groups of a rule have a `row_count`. */
function countsRows({ metrics, asked = [] }: SegmentRule): boolean {
  return (
    metrics.includes('row_count') ||
    asked.some(({ metric, group }) => metric === 'row_count' && group === undefined)
  );
}
