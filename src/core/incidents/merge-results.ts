import { assert } from '../../base/assert.ts';
import type { IncidentId, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { Evaluation } from '../checks/evaluate.ts';
import { joiningPartitions } from '../thresholds/learner.ts';
import type { Incident, IncidentLine } from './incident.ts';
import { boundedLines, levelOf, lineOf } from './incident-lines.ts';
import { assayItself, transition } from './transition.ts';

/** What incidents are made of. */
export type MergeRequest = {
  /** The dataset's incidents that are not resolved. */
  readonly unresolved: readonly Incident[];
  /** In partition order. */
  readonly evaluations: readonly Evaluation[];
  /** The keys of the partitions before the first evaluation, in order; the last three decide what joins. */
  readonly before: readonly PartitionKey[];
  readonly now: Instant;
  /** A fresh id at each call. */
  readonly newId: () => IncidentId;
  /**
   * `check`: every failing partition opens or joins an incident. `backfill`: the past is over, and its alarms are results
   * only; the last partition of the frame alone opens an incident, because it is the state of the data now.
   */
  readonly mode: 'check' | 'backfill';
};

/**
 * Merges failing results into incidents and returns those that are new or changed. All alarms of one partition are one
 * incident; one whose metric alarmed within the three partitions before joins that incident. A later revision closes the
 * lines of its partition that it passes, and an incident without open lines resolves itself.
 */
export function mergeResults(request: MergeRequest): readonly Incident[] {
  const incidents = new Map(request.unresolved.map((incident) => [incident.id, incident]));
  const changed = new Set<IncidentId>();
  const put = (incident: Incident): void => {
    incidents.set(incident.id, incident);
    changed.add(incident.id);
  };
  const order = [...request.before, ...request.evaluations.map(({ revision }) => revision.partition)];
  const last = request.evaluations.at(-1);
  for (const [place, evaluation] of request.evaluations.entries()) {
    const { partition } = evaluation.revision;
    const failing = evaluation.results.flatMap((result) => lineOf(result) ?? []);
    const fresh = reviseLines([...incidents.values()], { evaluation, failing, now: request.now, put });
    if (fresh.length === 0 || (request.mode === 'backfill' && evaluation !== last)) continue;
    const end = request.before.length + place;
    const recent = new Set(order.slice(Math.max(0, end - joiningPartitions), end));
    const open = [...incidents.values()].filter(({ state }) => state.state !== 'resolved');
    const joined = incidentToJoin(open, { partition, fresh, recent });
    put(
      joined === undefined
        ? newIncident(evaluation, fresh, request)
        : joinIncident(joined, fresh, request.now),
    );
  }
  return [...changed].flatMap((id) => incidents.get(id) ?? []);
}

type Revising = {
  readonly evaluation: Evaluation;
  readonly failing: readonly IncidentLine[];
  readonly now: Instant;
  readonly put: (incident: Incident) => void;
};

/**
 * Brings the lines of an evaluated partition up to its new revision: those that fail again are renewed, the others closed.
 * Returns the failing lines that no incident has yet. An evaluation older than a line leaves the line alone.
 */
function reviseLines(incidents: readonly Incident[], of: Revising): IncidentLine[] {
  const { partition, number } = of.evaluation.revision;
  const failing = new Map(of.failing.map((line) => [line.check, line]));
  const known = new Set<string>();
  for (const incident of incidents) {
    if (incident.state.state === 'resolved') continue;
    const lines = incident.lines.map((line) => {
      if (line.partition !== partition) return line;
      const again = failing.get(line.check);
      if (line.revision > number) {
        known.add(line.check);
        return line;
      }
      if (again !== undefined) {
        known.add(line.check);
        return isSameLine(line, again) ? line : again;
      }
      // An evaluation that could not be made says nothing about what failed before.
      if (!line.open || isBlind(of.evaluation, line)) return line;
      return { ...line, open: false };
    });
    if (lines.some((line, at) => line !== incident.lines[at])) of.put(revised(incident, lines, of.now));
  }
  return of.failing.filter((line) => !known.has(line.check));
}

/** An evaluation that ended in an error knows nothing about any other check. */
function isBlind(evaluation: Evaluation, line: IncidentLine): boolean {
  return !evaluation.results.some(({ check }) => check === line.check) && evaluation.values.length === 0;
}

function isSameLine(a: IncidentLine, b: IncidentLine): boolean {
  return a.open && a.revision === b.revision && a.status === b.status && a.text === b.text;
}

function revised(incident: Incident, lines: readonly IncidentLine[], now: Instant): Incident {
  const next = { ...incident, lines, level: levelOf(lines), updatedAt: now };
  if (lines.some((line) => line.open)) return next;
  const resolved = transition(next, { kind: 'restate' }, now);
  assert(resolved.ok, 'an unresolved incident can be resolved');
  return resolved.value;
}

type Joining = {
  readonly partition: PartitionKey;
  readonly fresh: readonly IncidentLine[];
  readonly recent: ReadonlySet<PartitionKey>;
};

/** The incident of the same partition; else the newest with one of the checks in one of the recent partitions. */
function incidentToJoin(
  open: readonly Incident[],
  { partition, fresh, recent }: Joining,
): Incident | undefined {
  const newestFirst = open.toSorted((a, b) => b.openedAt - a.openedAt);
  const same = newestFirst.find(({ lines }) => lines.some((line) => line.partition === partition));
  if (same !== undefined) return same;
  const checks = new Set(fresh.map(({ check }) => check));
  return newestFirst.find(({ lines }) => {
    return lines.some((line) => checks.has(line.check) && recent.has(line.partition));
  });
}

function newIncident(
  { revision }: Evaluation,
  lines: readonly IncidentLine[],
  { now, newId }: MergeRequest,
): Incident {
  const bounded = boundedLines(lines);
  return {
    id: newId(),
    dataset: revision.dataset,
    firstPartition: revision.partition,
    openedAt: now,
    updatedAt: now,
    level: levelOf(bounded),
    lines: bounded,
    state: { state: 'new' },
    log: [{ at: now, by: assayItself, text: `opened by partition ${revision.partition}` }],
  };
}

function joinIncident(incident: Incident, fresh: readonly IncidentLine[], now: Instant): Incident {
  const lines = boundedLines([...incident.lines, ...fresh]);
  const partition = fresh[0]?.partition ?? incident.firstPartition;
  const isNew = !incident.lines.some((line) => line.partition === partition);
  const event = { at: now, by: assayItself, text: `partition ${partition} joined` };
  return {
    ...incident,
    lines,
    level: levelOf(lines),
    updatedAt: now,
    log: isNew ? [...incident.log, event].slice(-limits.incidentLogMax) : incident.log,
  };
}
