import { failure } from '../../src/base/errors.ts';
import type { ClusterName, DatasetName, JobId, TaskName } from '../../src/base/ids.ts';
import { fail, type Outcome, succeed } from '../../src/base/outcome.ts';
import type { Job, JobControl, JobEnd } from '../../src/core/jobs/job.ts';
import type { TaskOutcome, TaskOutput } from '../../src/core/jobs/task.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { TaskFence } from '../../src/ports/commit.ts';
import type { Unsubscribe } from '../../src/ports/coordination.ts';
import type {
  AttemptNote,
  BackfillProgress,
  JobFilter,
  JobRecord,
  JobStore,
  QueueDepth,
  ReadyRequest,
  RecordEnd,
} from '../../src/ports/job-store.ts';

type Row = { job: Job; end?: JobEnd; readonly outcomes: Map<TaskName, TaskOutcome> };

/**
 * The job queue in memory, with the laws of the real one: the first outcome of a task wins, an ended job takes none. Every
 * call answers on a later turn, as a database does. Beside the port it has what handlers use to commit, and an outage.
 */
export class MemoryJobStore implements JobStore {
  readonly attempts: AttemptNote[] = [];
  /** Commits that came second. */
  superseded = 0;
  /** Successful commits, in order: each task at most once. */
  readonly commits: { readonly fence: TaskFence; readonly output: TaskOutput }[] = [];
  /** While set, every call rejects with it. */
  outage: Error | undefined;
  /** Calls of `recordEnds` and `end`: for proofs that nobody writes. */
  writes = 0;
  readonly #clock: Clock;
  readonly #rows = new Map<JobId, Row>();
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    await this.#answer();
    this.#insert(jobs);
    this.#changed();
  }

  async enqueueOnce(jobs: readonly Job[]): Promise<ReadonlySet<JobId>> {
    await this.#answer();
    const added = jobs.filter(({ id }) => !this.#rows.has(id));
    this.#insert(added);
    this.#changed();
    return new Set(added.map(({ id }) => id));
  }

  async ready(request: ReadyRequest): Promise<readonly Job[]> {
    await this.#answer();
    const taken = new Map<DatasetName, number>();
    const open = this.#open(request.cluster).filter(({ job }) => {
      if (request.admitted.includes(job.id) || job.control === 'pause') return false;
      if (!request.kinds.includes(job.spec.kind)) return false;
      return job.control === 'cancel' || job.spec.kind !== 'learn' || !this.#groupIsOpen(job);
    });
    const ordered = open
      .map(({ job }) => job)
      .toSorted((a, b) => a.priority - b.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    const heads = ordered.filter((job) => {
      const count = (taken.get(job.dataset) ?? 0) + 1;
      taken.set(job.dataset, count);
      return count <= request.perDataset;
    });
    return heads.slice(0, request.limit);
  }

  async open(ids: readonly JobId[]): Promise<readonly Job[]> {
    await this.#answer();
    return ids.flatMap((id) => {
      const row = this.#rows.get(id);
      return row === undefined || row.end !== undefined ? [] : [row.job];
    });
  }

  async depth(cluster: ClusterName): Promise<QueueDepth> {
    await this.#answer();
    const byDataset = new Map<DatasetName, number>();
    const open = this.#open(cluster);
    for (const { job } of open) byDataset.set(job.dataset, (byDataset.get(job.dataset) ?? 0) + 1);
    return { total: open.length, byDataset };
  }

  async outcomes(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, readonly TaskOutcome[]>> {
    await this.#answer();
    return new Map(ids.map((id) => [id, [...(this.#rows.get(id)?.outcomes.values() ?? [])]]));
  }

  async recordEnds(ends: readonly RecordEnd[]): Promise<readonly TaskOutcome[]> {
    await this.#answer();
    this.writes += 1;
    const standing = ends.map(({ job, outcome, followUps }) => {
      const row = this.#rows.get(job);
      const first = row?.outcomes.get(outcome.name);
      if (first !== undefined || row === undefined || row.end !== undefined) return first ?? outcome;
      row.outcomes.set(outcome.name, outcome);
      this.#insert(followUps);
      return outcome;
    });
    this.#changed();
    return standing;
  }

  async end(ends: readonly { readonly id: JobId; readonly end: JobEnd }[]): Promise<void> {
    await this.#answer();
    this.writes += 1;
    for (const { id, end } of ends) {
      const row = this.#rows.get(id);
      if (row !== undefined && row.end === undefined) row.end = end;
    }
    this.#changed();
  }

  async control(id: JobId, control: JobControl): Promise<Outcome<void>> {
    await this.#answer();
    const row = this.#rows.get(id);
    if (row === undefined) return fail(failure('JOB_NOT_FOUND', `There is no job ${id}`));
    if (row.end !== undefined) return fail(failure('ACTION_NOT_ALLOWED', `Job ${id} has ended`));
    row.job = { ...row.job, control };
    this.#changed();
    return succeed(undefined);
  }

  async get(id: JobId): Promise<JobRecord | undefined> {
    await this.#answer();
    return this.record(id);
  }

  async list(filter: JobFilter): Promise<readonly JobRecord[]> {
    await this.#answer();
    const rows = [...this.#rows.values()].filter(({ job, end }) => {
      if (filter.dataset !== undefined && job.dataset !== filter.dataset) return false;
      if (filter.kind !== undefined && job.spec.kind !== filter.kind) return false;
      return filter.open === undefined || filter.open === (end === undefined);
    });
    return rows.map(recordOf).slice(0, filter.limit);
  }

  async backfillProgress(): Promise<BackfillProgress | undefined> {
    await this.#answer();
    return undefined;
  }

  onChange(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async noteAttempt(attempt: AttemptNote): Promise<void> {
    await this.#answer();
    this.attempts.push(attempt);
  }

  /** What a handler does at its end: effects and outcome together, or `COMMIT_SUPERSEDED`. */
  async commit(fence: TaskFence, output: TaskOutput, followUps: readonly Job[] = []): Promise<Outcome<void>> {
    await this.#answer();
    const row = this.#rows.get(fence.job);
    if (row === undefined || row.end !== undefined || row.outcomes.has(fence.name)) {
      this.superseded += 1;
      return fail(
        failure('COMMIT_SUPERSEDED', `Task ${fence.task} was committed before, or its job has ended`),
      );
    }
    const now = this.#clock.now();
    const { name, attempt, node } = fence;
    const times = { startedAt: now, endedAt: now };
    row.outcomes.set(name, { name, status: 'done', attempts: attempt, node, ...times, output });
    this.commits.push({ fence, output });
    this.#insert(followUps);
    if (followUps.length > 0) this.#changed();
    return succeed(undefined);
  }

  /** A look without an answer's delay. */
  record(id: JobId): JobRecord | undefined {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : recordOf(row);
  }

  records(): readonly JobRecord[] {
    return [...this.#rows.values()].map(recordOf);
  }

  #insert(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (!this.#rows.has(job.id)) this.#rows.set(job.id, { job, outcomes: new Map() });
    }
  }

  #open(cluster: ClusterName): Row[] {
    return [...this.#rows.values()].filter(({ job, end }) => end === undefined && job.cluster === cluster);
  }

  #groupIsOpen(job: Job): boolean {
    return [...this.#rows.values()].some(
      (row) =>
        row.end === undefined &&
        row.job.id !== job.id &&
        job.group !== undefined &&
        (row.job.group === job.group || row.job.id === job.group),
    );
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.outage !== undefined) throw this.outage;
  }

  #changed(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}

function recordOf(row: Row): JobRecord {
  return {
    job: row.job,
    ...(row.end === undefined ? {} : { end: row.end }),
    tasks: [...row.outcomes.values()],
  };
}
