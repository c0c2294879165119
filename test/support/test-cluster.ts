import {
  createLocalCoordination,
  type LocalCoordinationSession,
} from '../../src/adapters/memory/coordination.ts';
import { type ClusterName, jobId, nodeId, partitionKey } from '../../src/base/ids.ts';
import type { Outcome } from '../../src/base/outcome.ts';
import type { ListedPartition } from '../../src/core/datasets/source.ts';
import { type Job, type JobSpec, newJob } from '../../src/core/jobs/job.ts';
import type { TaskOutput, TaskSpec } from '../../src/core/jobs/task.ts';
import type { SourceReport } from '../../src/core/membership/node.ts';
import type { Coordination } from '../../src/ports/coordination.ts';
import type { JobStore } from '../../src/ports/job-store.ts';
import { DataNode, type DataNodeOptions } from '../../src/services/cluster/data-node.ts';
import { ResourceManager } from '../../src/services/cluster/resource-manager.ts';
import type { TaskContext, TaskHandlers } from '../../src/services/cluster/task-handler.ts';
import { type TestKit, testKit } from './kit.ts';
import { describeNode } from './live-cluster.ts';
import { MemoryJobStore } from './memory-job-store.ts';
import { datasetOf } from './names.ts';

export type TestManager = { readonly service: ResourceManager; readonly session: LocalCoordinationSession };
export type TestNode = { readonly service: DataNode; readonly session: LocalCoordinationSession };

export type ManagerWrap = {
  readonly coordination: (session: LocalCoordinationSession) => Coordination;
  readonly jobs: (store: JobStore) => JobStore;
};

export type TestNodeOptions = Partial<DataNodeOptions> & {
  readonly slots?: number;
  readonly wrap?: (session: LocalCoordinationSession) => Coordination;
  readonly sources?: () => readonly SourceReport[];
};

/** Does a task of any kind and returns as a handler does. */
export type Work = (spec: TaskSpec, context: TaskContext) => Promise<Outcome<void>>;

/** A whole cluster in one process on a fake clock: managers and nodes as many as wanted, one job store. */
export class TestCluster {
  readonly kit: TestKit;
  readonly store: MemoryJobStore;
  readonly cluster: ClusterName;
  readonly broken: unknown[] = [];
  readonly managers: TestManager[] = [];
  readonly nodes: TestNode[] = [];
  readonly #coordination;
  #count = 0;

  constructor(
    cluster: ClusterName = 'quality',
    kit: TestKit = testKit(),
    store = new MemoryJobStore(kit.clock),
  ) {
    this.cluster = cluster;
    this.kit = kit;
    this.store = store;
    this.#coordination = createLocalCoordination({ clock: kit.clock });
  }

  session(): LocalCoordinationSession {
    return this.#coordination.session(this.cluster);
  }

  /** Starts a manager; `wrap` may put something between it and what it works with. */
  async manager(wrap: Partial<ManagerWrap> = {}): Promise<TestManager> {
    const session = this.session();
    this.#count += 1;
    const service = new ResourceManager(
      this.kit,
      {
        coordination: wrap.coordination?.(session) ?? session,
        jobs: wrap.jobs?.(this.store) ?? this.store,
      },
      { id: nodeId(`m${this.#count}`), version: '0.1.0', onBroken: (error) => this.broken.push(error) },
    );
    const manager = { service, session };
    this.managers.push(manager);
    await service.start();
    return manager;
  }

  async node(work: Work, options: TestNodeOptions = {}): Promise<TestNode> {
    const session = this.session();
    this.#count += 1;
    const { slots = 2, wrap, sources, ...rest } = options;
    const service = new DataNode(
      this.kit,
      {
        coordination: wrap?.(session) ?? session,
        handlers: handlersOf(work),
        jobs: this.store,
        ...(sources === undefined ? {} : { sources }),
      },
      {
        description: describeNode(`n${this.#count}`, slots),
        onBroken: (error) => this.broken.push(error),
        ...rest,
      },
    );
    const node = { service, session };
    this.nodes.push(node);
    await service.start();
    return node;
  }

  /** Advances time in small steps until `done`, at most `withinMs` of it. */
  async until(claim: string, done: () => boolean, withinMs = 60_000): Promise<void> {
    for (let passedMs = 0; !done(); passedMs += 10) {
      if (passedMs > withinMs) throw new Error(`not within ${withinMs} ms of fake time: ${claim}`);
      await this.kit.clock.advance(10);
    }
  }

  /** Stops one process in good order: its service, then its session. */
  async end({ service, session }: TestManager | TestNode): Promise<void> {
    await service.stop();
    await session.close();
  }

  /** Stops everything, moving time on as long as that takes. */
  async stop(): Promise<void> {
    const services = [...this.nodes, ...this.managers].map((each) => this.end(each));
    let stopped = false;
    const all = Promise.all(services).then(() => {
      stopped = true;
    });
    await this.until('all services stop', () => stopped);
    await all;
  }
}

export function handlersOf(run: Work): TaskHandlers {
  return {
    lookup: { run },
    ingest: { run },
    measure: { run },
    query: { run },
    evaluate: { run },
    notify: { run },
    exercise: { run },
  };
}

export function jobOf(id: string, spec: JobSpec, dataset = 'flights', createdAt = testStart): Job {
  return newJob({ id: jobId(id), dataset: datasetOf(dataset), spec, createdAt });
}

const testStart = describeNode('any').startedAt;

export function checkOf(id: string, batches: number, dataset = 'flights'): Job {
  const revision = { dataset: datasetOf(dataset), partition: partitionKey(id), number: 1 };
  return jobOf(id, { kind: 'check', revision, batches }, dataset);
}

export function listedOf(key: string): ListedPartition {
  const scan = { kind: 'files', format: 'csv', files: [], hiveKeys: [] } as const;
  return { key: partitionKey(key), fingerprint: key, scan };
}

/** What a task of this kind would say if all went well; `changed` are the partitions that a lookup finds. */
export function outputOf(spec: TaskSpec, changed: readonly ListedPartition[] = []): TaskOutput {
  switch (spec.kind) {
    case 'lookup':
      return { kind: 'lookup', changed, unchanged: 0 };
    case 'ingest':
      return { kind: 'ingest', rowCount: 1, rejectedCount: 0, sizeBytes: 1 };
    case 'measure':
      return { kind: 'measure', rowCount: 1 };
    case 'query':
      return { kind: 'query', queries: 1, failed: 0 };
    case 'evaluate':
      return { kind: 'evaluate', partitions: 1, results: 1, alarms: 0 };
    case 'notify':
      return { kind: 'notify', messages: 1 };
    case 'exercise':
      return { kind: 'exercise', value: spec.number };
  }
}
