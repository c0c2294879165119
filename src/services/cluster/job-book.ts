import { failure } from '../../base/errors.ts';
import type { ClusterName, JobId, TaskName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import { isPlannable, type Job, type JobEnd, jobKinds } from '../../core/jobs/job.ts';
import { jobEnd } from '../../core/jobs/job-end.ts';
import type { LiveJob } from '../../core/jobs/live.ts';
import { isOpen, openLiveJob, refillLiveJob } from '../../core/jobs/live-table.ts';
import { planTasks } from '../../core/jobs/plan.ts';
import type { PlannedTask, TaskOutcome } from '../../core/jobs/task.ts';
import { copiesOf } from '../../core/jobs/task-state.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import { admissionRules, admit, tableSizes } from '../../core/placement/admit.ts';
import type { UnrecordedEnd } from '../../core/placement/draft.ts';
import type { JobStore } from '../../ports/job-store.ts';

/** An admitted job with its plan, as far as the database knows it. */
type Entry = {
  job: Job;
  readonly plan: readonly PlannedTask[];
  /** Tasks that have an outcome, or whose node says so. */
  readonly ended: Set<TaskName>;
  /** Attempts that tasks begin with when they come back into the table. */
  readonly attempts: Map<TaskName, number>;
  /** Position in the plan that the live table has reached. */
  from: number;
};

/** What the book wants to happen with jobs whose live tables are empty. */
export type Settlement = {
  readonly ends: readonly { readonly job: Job; readonly end: JobEnd }[];
  /** Tasks whose nodes said again and again that they had committed, but had not. */
  readonly unrecorded: readonly UnrecordedEnd[];
};

/**
 * The leader's knowledge of admitted jobs: a cache of the database that a new leader fills again. Plans are pure
 * functions of jobs and outcomes; the live tables in the coordination service are windows over them.
 */
export class JobBook {
  readonly #jobs: JobStore;
  readonly #cluster: ClusterName;
  readonly #entries = new Map<JobId, Entry>();
  /** Jobs that a leader of a later release admitted, of kinds that this one can not plan: their tables stay as they are. */
  readonly #guests = new Set<JobId>();

  constructor(jobs: JobStore, cluster: ClusterName) {
    this.#jobs = jobs;
    this.#cluster = cluster;
  }

  job(id: JobId): Job | undefined {
    return this.#entries.get(id)?.job;
  }

  /** Takes over the jobs that an earlier leader admitted, as far as they are still open. */
  async load(view: ClusterView): Promise<void> {
    this.#entries.clear();
    this.#guests.clear();
    const open = await this.#jobs.open([...view.jobs.keys()]);
    for (const job of open) if (!isPlannable(job)) this.#guests.add(job.id);
    await this.#enter(open.filter(isPlannable));
  }

  /** Jobs whose tasks are looked after here, but which only a later release can plan and end. */
  guests(): ReadonlySet<JobId> {
    return this.#guests;
  }

  /** Looks for jobs that were ended, paused, resumed or cancelled by others. */
  async refresh(): Promise<void> {
    const ids = [...this.#entries.keys(), ...this.#guests];
    if (ids.length === 0) return;
    const open = new Map((await this.#jobs.open(ids)).map((job) => [job.id, job]));
    for (const [id, entry] of this.#entries) {
      const job = open.get(id);
      if (job === undefined) this.#entries.delete(id);
      else entry.job = job;
    }
    for (const id of this.#guests) if (!open.has(id)) this.#guests.delete(id);
  }

  /** Admits what fits. `ending` are jobs that are out of the book but not yet ended in the database. */
  async admit(liveTasks: number, ending: Iterable<JobId>): Promise<readonly Job[]> {
    const admitted = Array.from(this.#entries.values(), ({ job }) => job);
    const ready = await this.#jobs.ready({
      cluster: this.#cluster,
      admitted: [...this.#entries.keys(), ...ending],
      kinds: jobKinds,
      perDataset: admissionRules.admittedJobsPerDatasetMax,
      // Twice the places: those of datasets that have enough already must not hide the others.
      limit: 2 * admissionRules.admittedJobsMax,
    });
    const skipped = new Set(ending);
    const candidates = ready.filter((job) => !this.#entries.has(job.id) && !skipped.has(job.id));
    const jobs = admit({ ready: candidates, admitted, liveTasks, rules: admissionRules });
    await this.#enter(jobs);
    return jobs;
  }

  /**
   * The live tables as they should be now: those of the view without ended tasks, refilled from the plans so that the
   * nodes, which hold so many tasks, do not run out of them.
   */
  tables(view: ClusterView, now: Instant, holdable: number): Map<JobId, LiveJob> {
    const live = Array.from(this.#entries.values(), ({ job }) => liveJobOf(view, job, now));
    const sizes = tableSizes(live, holdable, admissionRules);
    const tables = new Map<JobId, LiveJob>();
    for (const id of this.#guests) {
      const guest = view.jobs.get(id);
      if (guest !== undefined) tables.set(id, guest);
    }
    for (const job of live) {
      const entry = this.#entries.get(job.id);
      if (entry === undefined) continue;
      const size = job.control === 'run' ? (sizes.get(job.id) ?? 0) : 0;
      const filled = refillLiveJob(job, entry, size);
      entry.from = filled.next;
      tables.set(job.id, filled.live);
    }
    return tables;
  }

  /** Takes note that tasks have ended. */
  note(ended: Iterable<{ readonly job: JobId; readonly name: TaskName }>): void {
    for (const { job, name } of ended) this.#entries.get(job)?.ended.add(name);
  }

  /** Reads the outcomes of jobs whose tables are empty: each has ended, or goes on with what is still to be done. */
  async settle(tables: ReadonlyMap<JobId, LiveJob>, now: Instant): Promise<Settlement> {
    const empty = [...this.#entries].filter(([id, entry]) => isDrained(entry, tables.get(id)));
    const settlement = { ends: [] as { job: Job; end: JobEnd }[], unrecorded: [] as UnrecordedEnd[] };
    if (empty.length === 0) return settlement;
    const outcomes = await this.#jobs.outcomes(empty.map(([id]) => id));
    for (const [id, entry] of empty) {
      const standing = outcomes.get(id) ?? [];
      const fresh = entryOf(entry.job, standing);
      const end = jobEnd(entry.job, fresh.plan, standing, now);
      if (end !== undefined) settlement.ends.push({ job: entry.job, end });
      else {
        settlement.unrecorded.push(...goOn(entry, fresh, now));
        this.#entries.set(id, fresh);
      }
    }
    return settlement;
  }

  /** Forgets a job: it has ended, or waits in the queue again. */
  remove(id: JobId): void {
    this.#entries.delete(id);
  }

  /** Paused jobs of which nothing runs: they give their place back and wait in the queue. */
  idlePaused(tables: ReadonlyMap<JobId, LiveJob>): readonly JobId[] {
    return [...this.#entries]
      .filter(([id, { job }]) => job.control === 'pause' && !isBusy(tables.get(id)))
      .map(([id]) => id);
  }

  async #enter(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    const outcomes = await this.#jobs.outcomes(jobs.map((job) => job.id));
    for (const job of jobs) this.#entries.set(job.id, entryOf(job, outcomes.get(job.id) ?? []));
  }
}

function entryOf(job: Job, outcomes: readonly TaskOutcome[]): Entry {
  const ended = new Set(outcomes.map((outcome) => outcome.name));
  return { job, plan: planTasks(job, outcomes), ended, attempts: new Map(), from: 0 };
}

function liveJobOf(view: ClusterView, job: Job, now: Instant): LiveJob {
  const live = view.jobs.get(job.id) ?? openLiveJob(job, now);
  return live.control === job.control ? live : { ...live, control: job.control };
}

function isDrained(entry: Entry, table: LiveJob | undefined): boolean {
  if (table?.tasks.some(isOpen) === true) return false;
  return entry.from >= entry.plan.length || entry.job.control === 'cancel';
}

function isBusy(table: LiveJob | undefined): boolean {
  return table?.tasks.some((task) => copiesOf(task.state).length > 0) === true;
}

/**
 * Prepares another round over the plan. Tasks that were reported as committed and have no outcome come back with an
 * attempt spent; after the last one they fail, for a handler that lies would otherwise run for ever.
 */
function goOn(before: Entry, fresh: Entry, now: Instant): UnrecordedEnd[] {
  const ends: UnrecordedEnd[] = [];
  for (const { name, spec } of before.plan) {
    const vanished = before.ended.has(name) && !fresh.ended.has(name);
    const attempts = (before.attempts.get(name) ?? 0) + (vanished ? 1 : 0);
    if (attempts > 0 && !fresh.ended.has(name)) fresh.attempts.set(name, attempts);
    if (attempts <= limits.retriesMax || fresh.ended.has(name)) continue;
    const error = failure('INTERNAL', `Task ${name} was reported as committed, but has no outcome`);
    const times = { startedAt: now, endedAt: now };
    ends.push({ job: before.job.id, spec, outcome: { name, status: 'failed', attempts, ...times, error } });
    fresh.ended.add(name);
  }
  return ends;
}
