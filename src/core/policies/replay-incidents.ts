import { assert } from '../../base/assert.ts';
import { incidentId, type PartitionKey } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import { collapseLines } from '../incidents/collapse-lines.ts';
import type { Incident } from '../incidents/incident.ts';
import { incidentTitle } from '../incidents/incident-title.ts';
import { mergeResults } from '../incidents/merge-results.ts';
import type { MetricKey } from '../metrics/metric.ts';
import { joiningPartitions } from '../thresholds/learner.ts';
import type { JudgedPast } from './judge-history.ts';

/** An incident that a policy would have opened. */
export type ReplayedIncident = {
  readonly title: string;
  readonly level: 'warn' | 'fail';
  readonly firstPartition: PartitionKey;
  readonly lastPartition: PartitionKey;
  /** Partitions with an alarm in it. */
  readonly partitions: number;
  readonly alarms: number;
  /** Whether a set bound, a rule or the schema is among its alarms: they take nothing from the budget. */
  readonly isCertain: boolean;
  /** The worst lines, those of one column collapsed. */
  readonly lines: readonly {
    readonly partition: PartitionKey;
    readonly text: string;
    readonly status: 'warn' | 'fail' | 'error';
    readonly severity: number;
  }[];
  /** The metrics that say most about it, the worst first. */
  readonly metrics: readonly MetricKey[];
};

const linesShown = 5;
const metricsShown = 4;

/** Merges the alarms of judged partitions into incidents, as checking them one by one would have. */
export function replayIncidents(judged: readonly JudgedPast[]): readonly ReplayedIncident[] {
  const incidents = new Map<string, Incident>();
  let recent: readonly Incident[] = [];
  for (const [place, { revision, values, results }] of judged.entries()) {
    const before = judged.slice(Math.max(0, place - joiningPartitions), place);
    const changed = mergeResults({
      unresolved: recent,
      evaluations: [{ revision, values, details: [], results }],
      before: before.map((one) => one.revision.partition),
      // Time goes on with the partitions: the newest incident is the one of the latest partition.
      now: instant(place),
      newId: () => incidentId(`replay-${incidents.size + 1}`),
      mode: 'check',
    });
    for (const incident of changed) incidents.set(incident.id, incident);
    // Nothing older can be joined, as each partition is judged once.
    recent = [...incidents.values()]
      .slice(-openMax)
      .filter(({ updatedAt }) => updatedAt > place - joiningPartitions);
  }
  const certain = certainAlarms(judged);
  return [...incidents.values()].map((incident) => replayedIncident(incident, certain));
}

/** Each of the last partitions opened at most one incident. */
const openMax = 1_000;

function replayedIncident(incident: Incident, certain: ReadonlySet<string>): ReplayedIncident {
  const partitions = incident.lines.map(({ partition }) => partition);
  const last = partitions.at(-1);
  assert(last !== undefined, 'an incident has a line');
  const bySeverity = incident.lines.toSorted((a, b) => b.severity - a.severity);
  const metrics = bySeverity.flatMap(({ deviation }) => (deviation === undefined ? [] : [deviation.metric]));
  return {
    title: incidentTitle(incident),
    level: incident.level,
    firstPartition: incident.firstPartition,
    lastPartition: last,
    partitions: new Set(partitions).size,
    alarms: incident.lines.length,
    isCertain: incident.lines.some((line) => certain.has(keyOf(line.partition, line.check))),
    lines: collapseLines(incident.lines)
      .slice(0, linesShown)
      .map(({ partition, text, status, severity }) => ({ partition, text, status, severity })),
    metrics: [...new Set(metrics)].slice(0, metricsShown),
  };
}

/** Alarms that are no matter of chance: by set bounds, rules, the schema, errors. */
function certainAlarms(judged: readonly JudgedPast[]): ReadonlySet<string> {
  return new Set(
    judged.flatMap(({ revision, results }) =>
      results.flatMap(({ check, record }) =>
        record.kind === 'learned' ? [] : [keyOf(revision.partition, check)],
      ),
    ),
  );
}

function keyOf(partition: PartitionKey, check: string): string {
  return JSON.stringify([partition, check]);
}
