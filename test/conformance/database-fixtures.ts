import assert from 'node:assert/strict';
import {
  type DatasetName,
  type JobId,
  jobId,
  nodeId,
  type PartitionKey,
  partitionKey,
  resultId,
  type TaskName,
  taskId,
  taskName,
} from '../../src/base/ids.ts';
import { type Instant, instant } from '../../src/base/units.ts';
import type { Evaluation } from '../../src/core/checks/evaluate.ts';
import type { Result } from '../../src/core/checks/result.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import type { Revision, RevisionRef } from '../../src/core/datasets/revision.ts';
import { columnType } from '../../src/core/datasets/schema.ts';
import type { Incident } from '../../src/core/incidents/incident.ts';
import { type Job, type JobSpec, newJob } from '../../src/core/jobs/job.ts';
import type { TaskOutcome, TaskOutput } from '../../src/core/jobs/task.ts';
import type { MetricValue } from '../../src/core/metrics/metric.ts';
import type { TaskCommit } from '../../src/ports/commit.ts';
import type { Database } from '../../src/ports/database.ts';

/** A point in time of the tests. */
export const at = (ms: number): Instant => instant(Date.UTC(2001, 0, 1) + ms);

export const key = partitionKey;

let counter = 0;

/** Names that no other test of this process uses. */
export function unique(prefix: string): string {
  counter += 1;
  return `${prefix}-${process.pid}-${String(counter).padStart(6, '0')}`;
}

/** Everything that one test does on a database, under a dataset of its own. */
export class TestWorld {
  readonly database: Database;
  readonly dataset: DatasetName;
  readonly #jobs: JobId[] = [];

  constructor(database: Database) {
    this.database = database;
    this.dataset = unique('d') as DatasetName;
  }

  /** Ends every job and message, so that the next test sees none of them in the queues. */
  async finish(): Promise<void> {
    const { jobs, outbox } = this.database;
    const open = await jobs.list({ dataset: this.dataset, open: true, limit: 10_000 });
    const ids = new Set([...this.#jobs, ...open.map((one) => one.job.id)]);
    await jobs.end(
      [...ids].map((id) => ({ id, end: { status: 'cancelled', endedAt: at(0), tasks: 0, tasksFailed: 0 } })),
    );
    for (const message of await outbox.list(this.dataset, 1_000))
      await outbox.markDelivered(message.id, at(0));
  }

  job(
    spec: JobSpec,
    options: { group?: JobId; createdAt?: Instant; dataset?: DatasetName; id?: string } = {},
  ): Job {
    const id = jobId(options.id ?? unique('j'));
    this.#jobs.push(id);
    return newJob({
      id,
      dataset: options.dataset ?? this.dataset,
      spec,
      createdAt: options.createdAt ?? at(counter),
      ...(options.group === undefined ? {} : { group: options.group }),
    });
  }

  /** Enqueues a job and returns it. */
  async enqueued(spec: JobSpec, options: Parameters<TestWorld['job']>[1] = {}): Promise<Job> {
    const job = this.job(spec, options);
    await this.database.jobs.enqueue([job]);
    return job;
  }

  reference(partition: string, number = 1): RevisionRef {
    return { dataset: this.dataset, partition: key(partition), number };
  }

  /** Ingests a revision of a partition under a fresh job; returns what was enqueued after it. */
  async ingested(partition: string, options: Partial<Revision> = {}): Promise<RevisionRef | undefined> {
    const job = await this.enqueued({ kind: 'scan' });
    let reference: RevisionRef | undefined;
    const committed = await this.database.revisions.commitIngest({
      commit: commit(job, `ingest/${partition}`, ingestOutput),
      revision: this.revision(partition, options),
      followUp: (given) => {
        reference = given;
        return this.job({ kind: 'check', revision: given, batches: 1 });
      },
    });
    assert.deepEqual(committed, { ok: true, value: undefined });
    return reference;
  }

  revision(partition: string, options: Partial<Revision> = {}): Omit<Revision, 'number'> {
    const { number: _, ...rest } = options;
    return {
      dataset: this.dataset,
      partition: key(partition),
      fingerprint: unique('fingerprint'),
      contentHash: unique('hash'),
      schema: [{ name: 'a', type: columnType('INTEGER') }],
      rowCount: 10,
      rejected: { count: 0, samples: [] },
      sizeBytes: 100,
      ingestedAt: at(7),
      batches: [{ index: 0, location: unique('location'), rowCount: 10, sizeBytes: 100, checksum: 'c0' }],
      ...rest,
    };
  }

  /** Measures one batch of a revision. */
  async measured(
    revision: RevisionRef,
    batch = 0,
    bytes: Uint8Array = new Uint8Array([batch, 255, 0]),
  ): Promise<void> {
    const job = await this.enqueued({ kind: 'check', revision, batches: 1 });
    const committed = await this.database.quality.commitMeasure(
      commit(job, `measure/${batch}`, { kind: 'measure', rowCount: 1 }),
      { revision, batch, bytes },
    );
    assert.equal(committed.ok, true);
  }

  /** Commits evaluations under a fresh job. */
  async evaluated(evaluations: readonly Evaluation[], incidents: readonly Incident[] = []): Promise<void> {
    const job = await this.enqueued({ kind: 'learn' });
    const committed = await this.database.quality.commitEvaluate({
      commit: commit(job, 'evaluate', evaluateOutput),
      dataset: this.dataset,
      evaluations,
      incidents: () => incidents,
    });
    assert.equal(committed.ok, true);
  }

  evaluation(partition: string, parts: Partial<Evaluation> & { number?: number } = {}): Evaluation {
    const { number = 1, ...rest } = parts;
    return { revision: this.reference(partition, number), values: [], details: [], results: [], ...rest };
  }

  result(partition: string, parts: Partial<Result> & { number?: number } = {}): Result {
    const { number = 1, ...rest } = parts;
    const check = rest.check ?? 'row_count';
    return {
      id: resultId(`${this.dataset}/${partition}/${number}/${check}`),
      revision: this.reference(partition, number),
      check,
      metric: 'row_count',
      status: 'pass',
      record: { kind: 'rule', rule: 'empty_partition', detail: 'none' },
      ...rest,
    };
  }

  incident(id: string, parts: Partial<Incident> = {}): Incident {
    return {
      id: id as Incident['id'],
      dataset: this.dataset,
      firstPartition: key('2001-01-01'),
      openedAt: at(0),
      updatedAt: at(0),
      level: 'fail',
      lines: [],
      state: { state: 'new' },
      log: [],
      ...parts,
    };
  }
}

export function value(
  metric: string,
  number: number | undefined,
  parts: Partial<MetricValue> = {},
): MetricValue {
  return { metric, value: number, scale: 'number', rows: 10, ...parts };
}

export const ingestOutput: Extract<TaskOutput, { kind: 'ingest' }> = {
  kind: 'ingest',
  rowCount: 10,
  rejectedCount: 0,
  sizeBytes: 100,
};

export const evaluateOutput: Extract<TaskOutput, { kind: 'evaluate' }> = {
  kind: 'evaluate',
  partitions: 1,
  results: 0,
  alarms: 0,
};

/** A commit of a task of `job` by its first attempt. */
export function commit<Output extends TaskOutput>(
  job: Job,
  name: string,
  output: Output,
): TaskCommit<Output> {
  const task = taskName(name);
  return {
    fence: {
      job: job.id,
      task: taskId(job.id, task),
      name: task,
      attempt: 1,
      node: nodeId('node-a'),
      epoch: 2n ** 60n + 1n,
    },
    startedAt: at(10),
    endedAt: at(20),
    output,
  };
}

/** The end of a task that no commit wrote. */
export function ended(name: TaskName | string, status: TaskOutcome['status'] = 'failed'): TaskOutcome {
  return {
    name: taskName(name),
    status,
    attempts: 3,
    startedAt: at(1),
    endedAt: at(2),
    error: { code: 'SOURCE_UNREADABLE', message: 'it can not be read', causes: ['disk'] },
  };
}

export const jobEnd = { status: 'succeeded', endedAt: at(99), tasks: 2, tasksFailed: 0 } as const;

export function keysOf(partitions: readonly { readonly partition: PartitionKey }[]): string[] {
  return partitions.map((one) => one.partition);
}

export function definitionOf(
  dataset: DatasetName,
  parts: Partial<DatasetDefinition> = {},
): DatasetDefinition {
  return {
    dataset,
    owner: 'ops@example.org',
    followers: [],
    provider: { type: 'files', path: '/data/*.csv' },
    partition: { kind: 'none' },
    publish: { type: 'static' },
    policy: { alertsPerMonth: 1 },
    missingValues: ['', 'N/A'],
    checks: [],
    columns: [],
    segments: [],
    notify: [],
    limits: { rejectedPercentMax: 1 },
    ...parts,
  };
}
