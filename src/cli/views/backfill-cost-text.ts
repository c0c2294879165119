import { formatBytes, formatDuration } from '../../base/units.ts';
import type { BackfillCost } from '../../services/ingestion/backfill-cost.ts';
import type { Known } from '../../services/ingestion/backfill-estimate.ts';
import { formatNumber } from '../render/figures.ts';

/** What a backfill would cost, in lines; what nobody knows is said to be unknown. */
export function backfillCostText(cost: BackfillCost): string {
  const { dataset, from, to, partitions, unchanged, toRead } = cost;
  const frame =
    from === undefined && to === undefined ? '' : ` from ${from ?? 'the first'} to ${to ?? 'the last'}`;
  const lines = [
    `${dataset}: a backfill${frame} would read ${formatNumber(toRead)} of ${formatNumber(partitions)} partitions; ${formatNumber(unchanged)} are unchanged`,
    `  bytes     ${knownText(cost.bytes, toRead, formatBytes) ?? 'unknown: the source does not say'}`,
    `  rows      ${knownText(cost.rows, toRead, formatNumber) ?? 'unknown: they were never read'}`,
    `  duration  ${durationText(cost.duration)}`,
    ...cost.bounds.map(({ text, binds }) => `  bound     ${text}${binds ? ' (this one binds)' : ''}`),
  ];
  return `${lines.join('\n')}\n`;
}

function knownText(
  known: Known | undefined,
  of: number,
  format: (value: number) => string,
): string | undefined {
  if (of === 0) return 'none';
  if (known === undefined) return undefined;
  const part =
    known.ofPartitions === of
      ? ''
      : ` of ${formatNumber(known.ofPartitions)} partitions, the others are unknown`;
  return `${format(known.total)}${part}`;
}

function durationText(duration: BackfillCost['duration']): string {
  if (duration.kind === 'unknown') return `unknown: ${duration.reason}`;
  const { durationMs, from, by } = duration;
  if (durationMs === 0) return 'none';
  return `about ${formatDuration(durationMs)} of reading, by the ${by} of ${formatNumber(from)} that were read lately`;
}
