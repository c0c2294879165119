import type { PartitionKey } from '../../base/ids.ts';
import type { AlertPolicy } from '../datasets/definition.ts';
import { Spacing } from '../thresholds/calendar.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { JudgedPast } from './judge-history.ts';
import { type ReplayedIncident, replayIncidents } from './replay-incidents.ts';

/** A replay in figures. */
export type ReplayTotals = {
  readonly partitions: number;
  /** Partitions for which at least one learned threshold gave a verdict: before, there was too little history. */
  readonly judged: number;
  readonly alarms: number;
  readonly incidents: number;
  /**
   * Those that learned thresholds would have opened if there were nothing else: only they take from the alert budget. They
   * count where a bound that people set alarms as well, because a bound may be violated every day.
   */
  readonly learnedIncidents: number;
  /** Such incidents for each 30 judged partitions; absent when none was judged. */
  readonly incidentsPer30?: number;
  /** What the alert budget allows for 30 partitions of this dataset. */
  readonly budgetPer30: number;
};

/** Sums a replay up. */
export function replayTotals(
  judged: readonly JudgedPast[],
  of: {
    readonly incidents: readonly ReplayedIncident[];
    readonly history: MetricHistory;
    readonly policy: AlertPolicy;
  },
): ReplayTotals {
  const spacing = new Spacing();
  for (const { key } of of.history.partitions) spacing.observe(key);
  const errors = new Set(
    of.history.partitions.flatMap(({ key, feedback }) => (feedback === 'real_error' ? [key] : [])),
  );
  const learnedIncidents = replayIncidents(judged.map((one) => learnedOnly(one, errors))).length;
  const withVerdict = judged.filter(({ learned }) => learned > 0).length;
  return {
    partitions: judged.length,
    judged: withVerdict,
    alarms: judged.reduce((sum, { alarms }) => sum + alarms.length, 0),
    incidents: of.incidents.length,
    learnedIncidents,
    ...(withVerdict === 0 ? {} : { incidentsPer30: (30 * learnedIncidents) / withVerdict }),
    budgetPer30: (30 * of.policy.alertsPerMonth) / spacing.perMonth(),
  };
}

/** A partition that broke a rule, or that people called an error, is no false alarm of anything. */
function learnedOnly(past: JudgedPast, errors: ReadonlySet<PartitionKey>): JudgedPast {
  const isBroken = past.results.some(({ record, status }) => {
    return (record.kind === 'rule' || record.kind === 'schema') && status === 'fail';
  });
  if (isBroken || errors.has(past.revision.partition)) return { ...past, results: [] };
  return { ...past, results: past.results.filter(({ record }) => record.kind === 'learned') };
}
