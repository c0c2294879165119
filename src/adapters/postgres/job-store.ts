import { sql } from 'kysely';
import { type Failure, failure } from '../../base/errors.ts';
import type { ClusterName, DatasetName, JobId } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Job, JobControl, JobEnd } from '../../core/jobs/job.ts';
import type { TaskOutcome } from '../../core/jobs/task.ts';
import type { Unsubscribe } from '../../ports/coordination.ts';
import type {
  AttemptNote,
  BackfillProgress,
  JobFilter,
  JobRecord,
  JobStore,
  QueueDepth,
  ReadyRequest,
  RecordEnd,
} from '../../ports/job-store.ts';
import { isAmong } from './among.ts';
import { jobEndOf, jobOf } from './job-row.ts';
import type { JobSignal } from './job-signal.ts';
import { encodeJson } from './json.ts';
import { jsonRows } from './json-rows.ts';
import { backfillProgress } from './queries/backfill-progress.ts';
import { enqueueJobs, enqueueOnce } from './queries/enqueue-jobs.ts';
import { readyJobs } from './queries/ready-jobs.ts';
import { recordEnds } from './queries/record-ends.ts';
import { taskOutcomes, taskOutcomesForLists } from './queries/task-outcomes.ts';
import type { JobTable } from './schema.ts';
import { type Connection, repeatedly, transactRepeatedly } from './transact.ts';

/** The job queue and history in PostgreSQL. */
export class PostgresJobStore implements JobStore {
  readonly #db: Connection;
  readonly #signal: JobSignal;

  constructor(db: Connection, signal: JobSignal) {
    this.#db = db;
    this.#signal = signal;
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    await transactRepeatedly(this.#db, (trx) => enqueueJobs(trx, jobs));
    this.#signal.changed();
  }

  async enqueueOnce(jobs: readonly Job[]): Promise<ReadonlySet<JobId>> {
    if (jobs.length === 0) return new Set();
    const added = await repeatedly(() => enqueueOnce(this.#db, jobs));
    this.#signal.changed();
    return added;
  }

  ready(request: ReadyRequest): Promise<readonly Job[]> {
    return readyJobs(this.#db, request);
  }

  async open(ids: readonly JobId[]): Promise<readonly Job[]> {
    if (ids.length === 0) return [];
    const { rows } = await sql<JobTable>`
      select job.* from job
      join json_array_elements_text(${encodeJson([...new Set(ids)])}::json) as given (id) on given.id = job.id
      where ended_at is null
      order by job.id`.execute(this.#db);
    return rows.map(jobOf);
  }

  async depth(cluster: ClusterName): Promise<QueueDepth> {
    const { rows } = await sql<{ dataset: DatasetName; jobs: number }>`
      select dataset, count(*) as jobs from job
      where cluster = ${cluster} and ended_at is null
      group by dataset order by dataset`.execute(this.#db);
    return {
      total: rows.reduce((sum, row) => sum + row.jobs, 0),
      byDataset: new Map(rows.map((row) => [row.dataset, row.jobs])),
    };
  }

  outcomes(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, readonly TaskOutcome[]>> {
    return taskOutcomes(this.#db, ids);
  }

  async recordEnds(ends: readonly RecordEnd[]): Promise<readonly TaskOutcome[]> {
    if (ends.length === 0) return [];
    const { standing, enqueued } = await transactRepeatedly(this.#db, (trx) => recordEnds(trx, ends));
    if (enqueued.length > 0) this.#signal.changed();
    return standing;
  }

  async end(ends: readonly { readonly id: JobId; readonly end: JobEnd }[]): Promise<void> {
    if (ends.length === 0) return;
    const rows = ends.map(({ id, end }) => ({
      id,
      status: end.status,
      ended_at: end.endedAt,
      tasks: end.tasks,
      tasks_failed: end.tasksFailed,
    }));
    // In the order of their ids, so that two of these statements never wait for each other.
    const statement = sql`
        with given as (
          select * from json_to_recordset(${jsonRows(rows)}) as row (
            id text, status text, ended_at double precision, tasks integer, tasks_failed integer
          )
        ),
        locked as (
          select job.id from job where id in (select id from given) and ended_at is null order by job.id for update
        )
        update job
        set status = given.status, ended_at = given.ended_at, tasks = given.tasks, tasks_failed = given.tasks_failed
        from given, locked
        where job.id = given.id and job.id = locked.id and job.ended_at is null`;
    await repeatedly(() => statement.execute(this.#db));
    this.#signal.changed();
  }

  async control(id: JobId, control: JobControl): Promise<Outcome<void>> {
    const changed = await this.#db
      .updateTable('job')
      .set({ control })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning('id')
      .execute();
    if (changed.length > 0) {
      this.#signal.changed();
      return succeed(undefined);
    }
    const known = await this.#db.selectFrom('job').select('id').where('id', '=', id).execute();
    return fail(known.length === 0 ? unknownJob(id) : endedJob(id));
  }

  async get(id: JobId): Promise<JobRecord | undefined> {
    const row = await this.#db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    const outcomes = await taskOutcomes(this.#db, [id]);
    return recordOf(row, outcomes.get(id));
  }

  /** Without the outputs of lookups, which name every file of every partition. */
  async list(filter: JobFilter): Promise<readonly JobRecord[]> {
    const { dataset, kind, open, group, after } = filter;
    let query = this.#db.selectFrom('job').selectAll();
    if (dataset !== undefined) query = query.where('dataset', '=', dataset);
    if (filter.only !== undefined) query = query.where(isAmong('dataset', filter.only));
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (open !== undefined) query = query.where('ended_at', open ? 'is' : 'is not', null);
    if (group !== undefined) {
      query = query.where((where) => where.or([where('group', '=', group), where('id', '=', group)]));
    }
    if (after !== undefined) {
      query = query.where(
        sql<boolean>`(created_at, id) < (${after.createdAt}::double precision, ${after.id})`,
      );
    }
    const rows = await query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(filter.limit)
      .execute();
    const ids = rows.map((row) => row.id as JobId);
    const outcomes = await taskOutcomesForLists(this.#db, ids);
    return rows.map((row) => recordOf(row, outcomes.get(row.id as JobId)));
  }

  backfillProgress(id: JobId): Promise<BackfillProgress | undefined> {
    return backfillProgress(this.#db, id);
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#signal.onChange(listener);
  }

  async noteAttempt(note: AttemptNote): Promise<void> {
    await sql`
      insert into attempt_note (job, name, attempt, node, at, failure)
      select id, ${note.name}, ${note.attempt}::integer, ${note.node}, ${note.at}::double precision,
        ${encodeJson(note.failure)}::jsonb
      from job where id = ${note.job}`.execute(this.#db);
  }
}

function recordOf(row: JobTable, tasks: readonly TaskOutcome[] = []): JobRecord {
  const end = jobEndOf(row);
  return { job: jobOf(row), ...(end === undefined ? {} : { end }), tasks };
}

function unknownJob(id: JobId): Failure {
  return failure('JOB_NOT_FOUND', `there is no job ${id}`, { hint: 'see `assay jobs`' });
}

function endedJob(id: JobId): Failure {
  return failure('ACTION_NOT_ALLOWED', `the job ${id} has ended`);
}
