import type { AlertPolicy } from '../datasets/definition.ts';
import { Spacing } from '../thresholds/calendar.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { JudgedPast } from './judge-history.ts';
import type { ReplayedIncident } from './replay-incidents.ts';

/** A replay in figures. */
export type ReplayTotals = {
  readonly partitions: number;
  /** Partitions for which at least one learned threshold gave a verdict: before, there was too little history. */
  readonly judged: number;
  readonly alarms: number;
  readonly incidents: number;
  /** Those that learned thresholds alone would have opened: only they take from the alert budget. */
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
  const learnedIncidents = of.incidents.filter(({ isCertain }) => !isCertain).length;
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
