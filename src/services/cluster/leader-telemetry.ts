import type { ClusterName, JobId } from '../../base/ids.ts';
import type { Job, JobEnd } from '../../core/jobs/job.ts';
import type { LiveJob, LiveTask } from '../../core/jobs/live.ts';
import type { TaskOutcome } from '../../core/jobs/task.ts';
import type { Notice, UnrecordedEnd } from '../../core/placement/draft.ts';
import type { QueueDepth } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import { ChangeMeter, type MeteredTick } from './change-meter.ts';
import { StandingRemarks } from './standing-remarks.ts';

const states = [
  'blocked',
  'waiting',
  'assigned',
  'doubled',
] as const satisfies readonly LiveTask['state']['state'][];

/** What a leader counts and logs of its ticks. */
export class LeaderTelemetry {
  readonly #kit: Kit;
  readonly #cluster: ClusterName;
  readonly #meter: ChangeMeter;
  readonly #remarks: StandingRemarks;
  readonly #electedAtMs: number;
  #ticked = false;

  constructor(kit: Kit, cluster: ClusterName) {
    this.#kit = kit;
    this.#cluster = cluster;
    this.#meter = new ChangeMeter(kit.telemetry, cluster);
    this.#remarks = new StandingRemarks(kit, cluster);
    this.#electedAtMs = kit.clock.monotonicMs();
    kit.telemetry.count('assay_leaderships_total', { cluster });
  }

  /** After a tick whose decisions were written; `tables` as they are from now on. */
  tick(ticked: MeteredTick & { readonly tables: ReadonlyMap<JobId, LiveJob> }): void {
    const { telemetry } = this.#kit;
    const { view, decided, tables } = ticked;
    const cluster = this.#cluster;
    this.#tookOver();
    for (const notice of decided.notices) this.#note(notice, tables);
    this.#meter.tick(ticked);
    this.#remarks.tick(view, decided);
    const tasks = { blocked: 0, waiting: 0, assigned: 0, doubled: 0, ended: 0 };
    for (const job of tables.values()) for (const task of job.tasks) tasks[task.state.state] += 1;
    for (const state of states) telemetry.gauge('assay_tasks_live', tasks[state], { cluster, state });
    telemetry.gauge('assay_jobs_admitted', tables.size, { cluster });
    telemetry.gauge('assay_nodes', view.nodes.length, { cluster });
    telemetry.gauge('assay_node_slots', decided.slots.busy, { cluster, use: 'busy' });
    telemetry.gauge('assay_node_slots', decided.slots.free, { cluster, use: 'free' });
    telemetry.gauge('assay_manager_leader', 1, { cluster });
  }

  #tookOver(): void {
    if (this.#ticked) return;
    this.#ticked = true;
    const seconds = (this.#kit.clock.monotonicMs() - this.#electedAtMs) / 1_000;
    this.#kit.telemetry.observe('assay_leader_takeover_seconds', seconds, { cluster: this.#cluster });
  }

  admitted({ id, dataset, spec, createdAt, traceId }: Job): void {
    const { kind } = spec;
    const waitedMs = Math.max(0, this.#kit.clock.now() - createdAt);
    this.#kit.telemetry.observe('assay_job_wait_seconds', waitedMs / 1_000, { kind });
    this.#kit.log.debug('a job was admitted', { job: id, dataset, kind, traceId });
  }

  /** A later leader was first: nothing of this tick was written. */
  refused(epoch: bigint): void {
    this.#kit.telemetry.count('assay_decisions_refused_total', { cluster: this.#cluster });
    this.#kit.log.warn('a deposed resource manager tried to decide', { epoch: String(epoch) });
  }

  took(tickMs: number): void {
    this.#kit.telemetry.observe('assay_manager_tick_seconds', tickMs / 1_000, { cluster: this.#cluster });
  }

  depth(depth: QueueDepth): void {
    this.#kit.telemetry.gauge('assay_jobs_open', depth.total, { cluster: this.#cluster });
  }

  /** A task ended by the leader's own record. `standing` is what the database holds now: a commit may have been first. */
  ended(end: UnrecordedEnd, standing: TaskOutcome, traceId: string | undefined): void {
    const { name: task } = end.outcome;
    const { status, attempts, node } = standing;
    const fields = { job: end.job, task, status, attempts, node, traceId };
    if (standing.status === 'failed' || standing.status === 'quarantined') {
      this.#kit.log.error('a task failed for good', { ...fields, failure: standing.error });
    } else if (standing.status === 'done') {
      this.#kit.log.info('a task was committed before its failure could be recorded', fields);
    }
  }

  jobEnded(job: Job, end: JobEnd): void {
    const { log, telemetry } = this.#kit;
    const { kind } = job.spec;
    const seconds = Math.max(0, end.endedAt - job.createdAt) / 1_000;
    telemetry.count('assay_jobs_ended_total', { kind, status: end.status });
    telemetry.observe('assay_job_seconds', seconds, { kind });
    log.info('a job ended', {
      job: job.id,
      dataset: job.dataset,
      kind,
      status: end.status,
      tasks: end.tasks,
      traceId: job.traceId,
    });
  }

  /** This process leads no more: it knows nothing of the cluster from here on. */
  clear(): void {
    const { telemetry } = this.#kit;
    const cluster = this.#cluster;
    telemetry.gauge('assay_manager_leader', 0, { cluster });
    for (const state of states) telemetry.gauge('assay_tasks_live', 0, { cluster, state });
    for (const use of ['busy', 'free']) telemetry.gauge('assay_node_slots', 0, { cluster, use });
    for (const name of ['assay_nodes', 'assay_jobs_admitted', 'assay_jobs_open'] as const) {
      telemetry.gauge(name, 0, { cluster });
    }
  }

  #note(notice: Notice, tables: ReadonlyMap<JobId, LiveJob>): void {
    const { log, telemetry } = this.#kit;
    const cluster = this.#cluster;
    switch (notice.kind) {
      case 'assigned':
        telemetry.observe('assay_task_wait_seconds', notice.waitedMs / 1_000, { kind: notice.task });
        break;
      case 'retried':
        telemetry.count('assay_task_retries_total', { kind: notice.task, reason: notice.reason });
        if (notice.reason === 'died') telemetry.count('assay_task_deaths_total', { kind: notice.task });
        break;
      case 'ended':
        telemetry.count('assay_tasks_ended_total', { kind: notice.task, status: notice.status });
        // Its last death ended it instead of beginning it again.
        if (notice.status === 'quarantined')
          telemetry.count('assay_task_deaths_total', { kind: notice.task });
        break;
      case 'copied':
        telemetry.count('assay_task_copies_total', { kind: notice.task, end: 'begun' });
        log.info('a task that takes too long got a second copy', {
          task: notice.id,
          node: notice.to,
          traceId: tables.get(notice.job)?.traceId,
        });
        break;
      case 'copy_ended':
        telemetry.count('assay_task_copies_total', { kind: notice.task, end: notice.end });
        break;
      case 'node_lost':
        telemetry.count('assay_nodes_lost_total', { cluster });
        log.warn('a data node was lost with work', {
          node: notice.node,
          tasks: notice.tasks,
          mass: notice.mass,
        });
        break;
    }
  }
}
