import type { PartitionKey } from '../../base/ids.ts';
import type { ResultStatus } from '../checks/result.ts';
import { type SpecialDayNames, withSpecialDays } from '../checks/special-days.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import type { MetricKey } from '../metrics/metric.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import { compareAlarms } from './compare-alarms.ts';
import { type JudgedHistory, judgeHistory } from './judge-history.ts';
import { type ReplayedIncident, replayIncidents } from './replay-incidents.ts';
import { type ReplayedMetric, replayedMetrics } from './replay-metrics.ts';
import { type ReplayTotals, replayTotals } from './replay-totals.ts';
import { replayable, type UnmeasuredCheck } from './replayable.ts';

/**
 * Judges the stored past by a policy as if it had been in force: every partition by those before it, with a learner that
 * knows nothing at first, with alarms merged into incidents as they are live. No data are read: the values are those
 * that were measured when each partition was checked. The same input gives the same output.
 */
export function replayPolicy(input: ReplayInput): Replay {
  const candidate = replayOne(input, input.definition, input.specialDays);
  const { past, replayability } = candidate;
  const { judged } = past;
  const incidents = replayIncidents(judged);
  return {
    totals: candidate.totals(incidents),
    partitions: judged.map(({ revision, status, learned, alarms }) => ({
      partition: revision.partition,
      revision: revision.number,
      status,
      learned,
      alarmCount: alarms.length,
      alarms: alarms.slice(0, alarmsShown).map(({ check, metric, status: level, text, severity }) => {
        return { check, metric, status: level, text, severity };
      }),
    })),
    incidents,
    metrics: replayedMetrics(incidents, candidate.past, input.shown),
    notMeasured: replayability.notMeasured,
    ...(input.registered === undefined ? {} : { today: compared(input, input.registered, candidate) }),
  };
}

/** Everything that a replay depends on. */
export type ReplayInput = {
  /** The policy to try out. */
  readonly definition: DatasetDefinition;
  /** The policy in force, when it is another: its alarms are compared. */
  readonly registered?: DatasetDefinition;
  /** The policy by which the history was measured: it tells what was asked for then. */
  readonly measuredBy: DatasetDefinition;
  readonly history: MetricHistory;
  /** The days of their own kind by the policy to try out, and by the one in force (`specialDaysOf`). */
  readonly specialDays?: SpecialDayNames;
  readonly registeredSpecialDays?: SpecialDayNames;
  /** The schemas of the history's partitions, by partition; those without one keep the schema before them. */
  readonly schemas: Readonly<Record<PartitionKey, Schema>>;
  /** The places of the history that are judged: from `start` up to, not including, `end`. Those before are learned from. */
  readonly start: number;
  readonly end: number;
  /** Metrics whose series are wanted, whether or not they alarmed. */
  readonly shown?: readonly MetricKey[];
};

export type Replay = {
  readonly totals: ReplayTotals;
  /** In partition order. */
  readonly partitions: readonly ReplayedPartition[];
  /** In the order in which they open. */
  readonly incidents: readonly ReplayedIncident[];
  /** The series that were asked for, and those behind the worst alarms. */
  readonly metrics: readonly ReplayedMetric[];
  /** What the policy asks for and nobody has measured yet: it would judge from the next scan on. */
  readonly notMeasured: readonly UnmeasuredCheck[];
  /** The same by the policy in force, and what the other one changes. */
  readonly today?: PolicyComparison;
};

export type ReplayedPartition = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly status: ResultStatus;
  /** How many learned thresholds gave a verdict: 0 while there is too little history. */
  readonly learned: number;
  readonly alarmCount: number;
  /** The worst ones. */
  readonly alarms: readonly ReplayedAlarm[];
};

export type ReplayedAlarm = {
  readonly check: string;
  readonly metric: MetricKey;
  readonly status: 'warn' | 'fail' | 'error';
  readonly text: string;
  /** The edge of a band is 1. */
  readonly severity: number;
};

export type PolicyComparison = {
  readonly totals: ReplayTotals;
  /** Alarms of today's policy that the other does not give, and those that it alone gives: how many, and the worst. */
  readonly vanished: AlarmList;
  readonly added: AlarmList;
  readonly kept: number;
};

export type AlarmList = {
  readonly count: number;
  readonly worst: readonly (ReplayedAlarm & { readonly partition: PartitionKey })[];
};

/** A replayed revision as it is passed on between the steps. */
export type JudgedRevision = {
  readonly revision: RevisionRef;
  readonly status: ResultStatus;
  readonly learned: number;
  /** The worst first. */
  readonly alarms: readonly ReplayedAlarm[];
};

const alarmsShown = 25;

type Run = {
  readonly past: JudgedHistory;
  readonly replayability: ReturnType<typeof replayable>;
  readonly totals: (incidents: readonly ReplayedIncident[]) => ReplayTotals;
};

function replayOne(
  input: ReplayInput,
  definition: DatasetDefinition,
  specialDays: SpecialDayNames | undefined,
): Run {
  const replayability = replayable(definition, input);
  const history = withSpecialDays(replayability.history, specialDays);
  const past = judgeHistory({ ...input, ...replayability, history });
  return {
    past,
    replayability,
    totals: (incidents) =>
      replayTotals(past.judged, { incidents, history: input.history, policy: definition.policy }),
  };
}

function compared(input: ReplayInput, registered: DatasetDefinition, candidate: Run): PolicyComparison {
  const today = replayOne(input, registered, input.registeredSpecialDays);
  return {
    totals: today.totals(replayIncidents(today.past.judged)),
    ...compareAlarms(today.past.judged, candidate.past.judged),
  };
}
