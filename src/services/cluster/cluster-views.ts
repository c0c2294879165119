import type { ClusterName, JobId, NodeId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { TaskKind } from '../../core/jobs/task.ts';
import type { SeenLeader } from '../../core/membership/cluster-events.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { Assignment, NodeDescription, NodeReport, OwnLoad } from '../../core/membership/node.ts';
import type { SessionState } from '../../ports/coordination.ts';

/** A cluster for people, as this process sees it. Times are milliseconds since 1970. */
export type ClusterStateView = {
  readonly cluster: ClusterName;
  /** This process' own session; `none` before the first one and between two. */
  readonly session: SessionState | 'none';
  /** When all that follows was seen; absent as long as nothing was. Old, while the session is not connected. */
  readonly seenAt?: Instant;
  readonly leader?: { readonly id: NodeId; readonly epoch: string; readonly version: string };
  /** Jobs queued or admitted; absent while the database does not answer. */
  readonly jobsOpen?: number;
  readonly jobsAdmitted: number;
  readonly tasks: { readonly blocked: number; readonly waiting: number; readonly assigned: number };
  readonly slots: number;
  readonly slotsBusy: number;
  /** By region, zone and name. */
  readonly nodes: readonly NodeView[];
};

/** A data node for people. */
export type NodeView = {
  readonly id: NodeId;
  readonly host: string;
  readonly region: string;
  readonly zone: string;
  readonly version: string;
  /** `full`: it says that it has more than it can do. `silent`: it is a member, and has not reported yet. */
  readonly state: 'open' | 'draining' | 'stopping' | 'full' | 'silent';
  readonly startedAt: Instant;
  /** By its own clock. */
  readonly reportedAt?: Instant;
  readonly slots: number;
  readonly slotsBusy: number;
  /** 0–1 of all cores of its machine. */
  readonly cpu: number;
  readonly memoryMb: number;
  readonly memoryUsedMb: number;
  readonly own?: OwnLoad;
  /** What it runs, then what waits in front of it. */
  readonly tasks: readonly NodeTaskView[];
};

export type NodeTaskView = {
  readonly job: JobId;
  readonly task: string;
  readonly kind: TaskKind;
  readonly attempt: number;
  readonly state: 'running' | 'waiting';
  /** 0–1, when known. */
  readonly progress?: number;
};

/** What was seen of a cluster, and when. */
export type SeenCluster = {
  readonly view: ClusterView;
  readonly leader?: SeenLeader;
  readonly at: Instant;
};

/** A cluster as it was seen last; without anything seen, an empty one. */
export function clusterStateView(about: {
  readonly cluster: ClusterName;
  readonly session: SessionState | 'none';
  readonly seen?: SeenCluster;
  readonly jobsOpen?: number;
}): ClusterStateView {
  const { cluster, session, seen, jobsOpen } = about;
  const nodes = seen === undefined ? [] : nodeViews(seen.view);
  const leader = seen?.leader;
  return {
    cluster,
    session,
    ...(seen === undefined ? {} : { seenAt: seen.at }),
    ...(leader === undefined
      ? {}
      : { leader: { id: leader.leader, epoch: String(leader.epoch), version: leader.version } }),
    ...(jobsOpen === undefined ? {} : { jobsOpen }),
    jobsAdmitted: seen?.view.jobs.size ?? 0,
    tasks: countTasks(seen?.view),
    slots: nodes.reduce((sum, node) => sum + node.slots, 0),
    slotsBusy: nodes.reduce((sum, node) => sum + node.slotsBusy, 0),
    nodes,
  };
}

function countTasks(view: ClusterView | undefined): ClusterStateView['tasks'] {
  const count = { blocked: 0, waiting: 0, assigned: 0 };
  for (const job of view?.jobs.values() ?? []) {
    for (const { state } of job.tasks) {
      if (state.state === 'blocked' || state.state === 'waiting') count[state.state] += 1;
      else if (state.state !== 'ended') count.assigned += 1;
    }
  }
  return count;
}

function nodeViews(view: ClusterView): NodeView[] {
  return view.nodes.map((node) => nodeView(node, view)).toSorted(byPlace);
}

function byPlace(a: NodeView, b: NodeView): number {
  return a.region.localeCompare(b.region) || a.zone.localeCompare(b.zone) || (a.id < b.id ? -1 : 1);
}

function nodeView(node: NodeDescription, view: ClusterView): NodeView {
  const { id, host, region, zone, version, startedAt, slots, memoryMb } = node;
  const report = view.reports.get(id);
  const tasks = nodeTasks(view.work.get(id) ?? [], report);
  return {
    id,
    host,
    region,
    zone,
    version,
    state: stateOf(node, report, view),
    startedAt,
    ...(report === undefined ? {} : { reportedAt: report.at }),
    slots,
    slotsBusy: Math.min(slots, report?.running.length ?? 0),
    cpu: report?.cpu ?? 0,
    memoryMb,
    memoryUsedMb: report?.memoryUsedMb ?? 0,
    ...(report?.own === undefined ? {} : { own: report.own }),
    tasks,
  };
}

function stateOf(
  { id }: NodeDescription,
  report: NodeReport | undefined,
  view: ClusterView,
): NodeView['state'] {
  if (report?.unavailable === 'stopping') return 'stopping';
  if (view.draining.has(id)) return 'draining';
  if (report === undefined) return 'silent';
  return report.unavailable === 'overloaded' ? 'full' : 'open';
}

function nodeTasks(work: readonly Assignment[], report: NodeReport | undefined): NodeTaskView[] {
  const running = new Map(report?.running.map((each) => [each.task, each]));
  const tasks = work.map(({ job, task, spec, attempt }): NodeTaskView => {
    const told = running.get(task);
    return {
      job,
      task: task.slice(job.length + 1),
      kind: spec.kind,
      attempt,
      state: told === undefined ? 'waiting' : 'running',
      ...(told?.progress === undefined ? {} : { progress: told.progress }),
    };
  });
  return [...tasks.filter(isRunning), ...tasks.filter((task) => !isRunning(task))];
}

function isRunning(task: NodeTaskView): boolean {
  return task.state === 'running';
}
