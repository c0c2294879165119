import type { PartitionKey } from '../../base/ids.ts';
import { formatOf, type ValueFormat } from '../checks/format.ts';
import type { Result } from '../checks/result.ts';
import { isFailing } from '../checks/status.ts';
import type { MetricKey } from '../metrics/metric.ts';
import type { LearnedRecord } from '../thresholds/record.ts';
import type { JudgedHistory, JudgedPast } from './judge-history.ts';
import type { ReplayedIncident } from './replay-incidents.ts';

/** A metric over the replayed partitions with what was expected of it: one entry for each partition in all lists. */
export type ReplayedMetric = {
  readonly metric: MetricKey;
  readonly format: ValueFormat;
  readonly partitions: readonly PartitionKey[];
  readonly values: readonly (number | null)[];
  /** The learned band; null while learning, and on a side without a bound. */
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** Where a check of it alarmed. */
  readonly alarms: readonly ('warn' | 'fail' | 'error' | null)[];
  /** The learned band of the partition that comes next; absent while learning, and where nothing is learned. */
  readonly next?: { readonly lower: number | null; readonly upper: number | null };
};

const metricsMax = 40;

/**
 * The series of the metrics that were asked for, then of those that say most about the incidents: first the worst of each
 * incident, the worst incident first.
 */
export function replayedMetrics(
  incidents: readonly ReplayedIncident[],
  { judged, next }: JudgedHistory,
  asked: readonly MetricKey[] = [],
): readonly ReplayedMetric[] {
  const byWorst = incidents.toSorted((a, b) => (b.lines[0]?.severity ?? 0) - (a.lines[0]?.severity ?? 0));
  const ranks = Math.max(0, ...byWorst.map(({ metrics }) => metrics.length));
  const inTurn = Array.from({ length: ranks }, (_, rank) =>
    byWorst.flatMap(({ metrics }) => metrics[rank] ?? []),
  );
  const wanted = [...new Set([...asked, ...inTurn.flat()])].slice(0, metricsMax);
  return wanted.flatMap((metric) => {
    const series = seriesOf(metric, judged);
    if (series === undefined) return [];
    const record = next.find((verdict) => verdict.metric === metric)?.record;
    const band = record && learnedBand(record);
    return band === undefined
      ? [series]
      : [{ ...series, next: { lower: finite(band.lower), upper: finite(band.upper) } }];
  });
}

function seriesOf(metric: MetricKey, judged: readonly JudgedPast[]): ReplayedMetric | undefined {
  const own = judged.map(({ results }) => results.filter((result) => result.metric === metric));
  const values = own.map((results) => results.find(({ value }) => value !== undefined)?.value ?? null);
  if (values.every((value) => value === null)) return undefined;
  const bands = own.map((results) => results.flatMap((result) => bandOf(result) ?? [])[0]);
  const exact = own.flat().find((result) => result.exact !== undefined)?.exact;
  return {
    metric,
    format: formatOf(metric, exact),
    partitions: judged.map(({ revision }) => revision.partition),
    values,
    lower: bands.map((band) => finite(band?.lower)),
    upper: bands.map((band) => finite(band?.upper)),
    alarms: own.map(worstAlarm),
  };
}

/** The whole band, both sides, whichever of them alarms. */
function bandOf({ record }: Result): Band | undefined {
  return record.kind === 'learned' ? learnedBand(record.learned) : undefined;
}

type Band = { readonly lower: number; readonly upper: number };

function learnedBand(record: LearnedRecord): Band | undefined {
  return record.state === 'banded' || record.state === 'constant' ? record : undefined;
}

function worstAlarm(results: readonly Result[]): ReplayedMetric['alarms'][number] {
  const failing = results.map(({ status }) => status).filter(isFailing);
  if (failing.includes('error')) return 'error';
  return failing.includes('fail') ? 'fail' : (failing[0] ?? null);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
