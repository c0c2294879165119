import { limits } from '../../../base/limits.ts';
import {
  isSegmentMetric,
  segmentDetailNames,
  segmentMetricNames,
} from '../../metrics/segments/segment-metrics.ts';
import { suggestion } from '../../text/nearest.ts';
import type { SegmentDefinition } from '../definition.ts';
import { type Decoder, distinct, itself, list, mapped, number, text } from './decoder.ts';
import { defaulted, object, required } from './object.ts';
import type { Place } from './place.ts';
import { reportMisfitChecks, reportTooManyChecks, segmentChecksDecoder } from './segment-checks.ts';

/** What is judged of each group unless the owner says more: how many rows there are, how full and how large they are. */
const segmentMetricsDefault: readonly string[] = ['row_count', 'null_percent', 'avg'];

/** Decodes `segments: [{columns: [origin, carrier], limit: 50, metrics: [row_count, avg], checks: […]}]`. */
export const segmentsDecoder: Decoder<readonly SegmentDefinition[]> = distinct(segmentDecoder(), {
  keysOf: (rule) => (rule === undefined ? [] : [columnsKey(rule)]),
  what: 'group of columns',
});

/** The rule of a column that says `segment: true`. */
function segmentBy(column: string): SegmentDefinition {
  return { columns: [column], groupsMax: limits.segmentGroupsDefault, metrics: segmentMetricsDefault };
}

/** The rules of the top and those of columns in one list. What stands at both is reported. */
export function joinSegments(
  rules: readonly SegmentDefinition[],
  columns: readonly { readonly name: string; readonly segment: boolean }[],
  place: Place,
): readonly SegmentDefinition[] {
  const known = new Set(rules.map(columnsKey));
  const own = columns.flatMap(({ name, segment }, index) => {
    if (!segment) return [];
    const rule = segmentBy(name);
    if (!known.has(columnsKey(rule))) return [rule];
    const there = 'stands in segments at the top as well; keep one of them';
    place.at('columns').at(index).at('segment').report(there);
    return [];
  });
  const all = [...rules, ...own];
  if (all.length > limits.segmentsMax)
    place.at('segments').report(`at most ${limits.segmentsMax} groupings, here are ${all.length}`);
  reportTooManyChecks(all, place.at('segments'));
  return all;
}

function segmentDecoder(): Decoder<SegmentDefinition> {
  const columns = distinct(text(), { keysOf: itself, what: 'column', filled: true });
  const groups = number({ min: 1, max: limits.segmentGroupsMax });
  return mapped(
    object({
      columns: required(columns),
      limit: defaulted(groups, limits.segmentGroupsDefault),
      metrics: defaulted(list(segmentMetric, { filled: true }), segmentMetricsDefault),
      checks: defaulted(segmentChecksDecoder, []),
    }),
    (rule, place) => {
      if (rule.columns.length > 2) return place.at('columns').report('one or two columns, not more');
      if (!Number.isInteger(rule.limit)) return place.at('limit').report('must be a whole number');
      const { columns: names, limit: groupsMax, checks } = rule;
      if (reportMisfitChecks(checks, names, place.at('checks'))) return undefined;
      const own = { columns: names, groupsMax, metrics: [...new Set(rule.metrics)] };
      return checks.length === 0 ? own : { ...own, checks };
    },
  );
}

function segmentMetric(input: unknown, place: Place): string | undefined {
  const names = [...segmentMetricNames, ...segmentDetailNames];
  if (typeof input === 'string' && (isSegmentMetric(input) || segmentDetailNames.includes(input)))
    return input;
  const meant = typeof input === 'string' ? suggestion(input, names) : '';
  const all = `: ${names.join(', ')}, or a percentile such as p95`;
  return place.report(`must be a metric of segments${meant || all}`);
}

function columnsKey({ columns }: SegmentDefinition): string {
  return JSON.stringify(columns);
}
