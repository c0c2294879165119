import { failure } from '../../src/base/errors.ts';
import type { DatasetName, JobId, PartitionKey } from '../../src/base/ids.ts';
import { fail, succeed } from '../../src/base/outcome.ts';
import { instant } from '../../src/base/units.ts';
import type { Result } from '../../src/core/checks/result.ts';
import type { Incident } from '../../src/core/incidents/incident.ts';
import type { Job, JobEnd } from '../../src/core/jobs/job.ts';
import type { TaskOutcome } from '../../src/core/jobs/task.ts';
import type { Schedule } from '../../src/core/scheduling/schedule.ts';
import type { MetricHistory } from '../../src/core/thresholds/history.ts';
import type { Database } from '../../src/ports/database.ts';
import type { RegisteredDataset } from '../../src/ports/dataset-store.ts';
import type { BackfillProgress, JobRecord } from '../../src/ports/job-store.ts';
import type { SeriesPoint } from '../../src/ports/quality-store.ts';
import type { PartitionSummary } from '../../src/ports/revision-store.ts';

/** What the fake database holds: tests write into it what the cluster would have committed. */
export type MemoryContents = {
  readonly datasets: Map<DatasetName, RegisteredDataset>;
  readonly schedules: Map<DatasetName, Schedule>;
  readonly jobs: Map<JobId, { job: Job; end?: JobEnd; tasks: TaskOutcome[] }>;
  /** Overrides what is counted from the jobs' tasks. */
  readonly progress: Map<JobId, Partial<BackfillProgress>>;
  readonly partitions: Map<DatasetName, PartitionSummary[]>;
  readonly results: Result[];
  readonly series: Map<string, SeriesPoint[]>;
  readonly incidents: Map<string, Incident>;
  history: MetricHistory;
  /** Thrown by every read of jobs and by `ping`, while set. */
  outage: Error | undefined;
};

/** The part of a database that the API needs, in memory. Every other method is a test's mistake and throws. */
export function createMemoryDatabase(): { readonly database: Database; readonly contents: MemoryContents } {
  const contents: MemoryContents = {
    datasets: new Map(),
    schedules: new Map(),
    jobs: new Map(),
    progress: new Map(),
    partitions: new Map(),
    results: [],
    series: new Map(),
    incidents: new Map(),
    history: { partitions: [], series: [] },
    outage: undefined,
  };
  const database = {
    datasets: unlessMissing<Database['datasets']>(datasetStore(contents)),
    jobs: unlessMissing<Database['jobs']>(jobStore(contents)),
    revisions: unlessMissing<Database['revisions']>(revisionStore(contents)),
    quality: unlessMissing<Database['quality']>(qualityStore(contents)),
    outbox: unlessMissing<Database['outbox']>({}),
    changes: unlessMissing<Database['changes']>(changeLog()),
    requestKeys: unlessMissing<Database['requestKeys']>({}),
    exercises: unlessMissing<Database['exercises']>({}),
    sourceUse: unlessMissing<Database['sourceUse']>({ used: async () => new Map() }),
    schedules: unlessMissing<Database['schedules']>({ of: async () => contents.schedules }),
    registryRows: unlessMissing<Database['registryRows']>({}),
    scheduleFacts: unlessMissing<Database['scheduleFacts']>({}),
    access: unlessMissing<Database['access']>({}),
    workFigures: unlessMissing<Database['workFigures']>({}),
    drillReports: unlessMissing<Database['drillReports']>({}),
    ping: async () => {
      if (contents.outage !== undefined) throw contents.outage;
    },
    close: async () => {},
  };
  return { database, contents };
}

/** The API uses a part of each store; whatever else is called shows up by name. */
function unlessMissing<Store extends object>(part: Partial<Store>): Store {
  return new Proxy(part, {
    get: (target, name) => {
      if (Reflect.has(target, name)) return Reflect.get(target, name) as unknown;
      throw new Error(`the memory database has no ${String(name)}`);
    },
  }) as Store;
}

/** Nothing ever changes. */
function changeLog(): Partial<Database['changes']> {
  return {
    position: async () => 1,
    since: async (position) => ({ kind: 'changes', changes: [], position }),
  };
}

function datasetStore({ datasets }: MemoryContents): Partial<Database['datasets']> {
  return {
    apply: async (definition, at) => {
      const before = datasets.get(definition.dataset);
      const changed = JSON.stringify(before?.definition) !== JSON.stringify(definition);
      const version = (before?.version ?? 0) + (changed ? 1 : 0);
      if (changed) {
        const registeredAt = before?.registeredAt ?? at;
        datasets.set(definition.dataset, { definition, version, registeredAt, updatedAt: at });
      }
      return { changed, version };
    },
    get: async (dataset) => datasets.get(dataset),
    page: async ({ after, limit }) =>
      [...datasets.values()]
        .toSorted((a, b) => (a.definition.dataset < b.definition.dataset ? -1 : 1))
        .filter(({ definition }) => after === undefined || definition.dataset > after)
        .slice(0, limit),
    list: async () =>
      [...datasets.values()].toSorted((a, b) => (a.definition.dataset < b.definition.dataset ? -1 : 1)),
    lines: async (asked) =>
      [...datasets.values()]
        .filter(({ definition }) => asked === undefined || asked.includes(definition.dataset))
        .map(({ definition, ...rest }) => {
          const { dataset, owner, publish } = definition;
          return { dataset, owner, publish: publish.type, ...rest, incidentsOpen: 0 };
        }),
    remove: async (dataset) =>
      datasets.delete(dataset)
        ? succeed(undefined)
        : fail(failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`)),
  };
}

function jobStore(contents: MemoryContents): Partial<Database['jobs']> {
  const { jobs } = contents;
  const record = ({ job, end, tasks }: { job: Job; end?: JobEnd; tasks: TaskOutcome[] }): JobRecord => ({
    job,
    tasks,
    ...(end === undefined ? {} : { end }),
  });
  return {
    enqueue: async (added) => {
      for (const job of added) if (!jobs.has(job.id)) jobs.set(job.id, { job, tasks: [] });
    },
    depth: async (cluster) => {
      const open = [...jobs.values()].filter((one) => one.end === undefined && one.job.cluster === cluster);
      const byDataset = new Map<DatasetName, number>();
      for (const { job } of open) byDataset.set(job.dataset, (byDataset.get(job.dataset) ?? 0) + 1);
      return { total: open.length, byDataset };
    },
    control: async (id, control) => {
      const one = jobs.get(id);
      if (one === undefined) return fail(failure('JOB_NOT_FOUND', `there is no job ${id}`));
      if (one.end !== undefined) return fail(failure('ACTION_NOT_ALLOWED', `the job ${id} has ended`));
      one.job = { ...one.job, control };
      return succeed(undefined);
    },
    get: async (id) => {
      if (contents.outage !== undefined) throw contents.outage;
      const one = jobs.get(id);
      return one && record(one);
    },
    list: async (filter) =>
      [...jobs.values()]
        .filter(({ job }) => filter.dataset === undefined || job.dataset === filter.dataset)
        .filter(({ job }) => filter.kind === undefined || job.spec.kind === filter.kind)
        .filter(({ job }) => filter.group === undefined || job.group === filter.group)
        .filter(({ end }) => filter.open === undefined || (end === undefined) === filter.open)
        .toSorted((a, b) => (a.job.id < b.job.id ? 1 : -1))
        .filter(({ job }) => filter.after === undefined || job.id < filter.after.id)
        .slice(0, filter.limit)
        .map(record),
    backfillProgress: async (id) => {
      if (contents.outage !== undefined) throw contents.outage;
      const one = jobs.get(id);
      return one && { ...countedProgress(contents, one.job), ...contents.progress.get(id) };
    },
    onChange: () => () => {},
  };
}

function countedProgress(contents: MemoryContents, job: Job): BackfillProgress {
  const group = [...contents.jobs.values()].filter((one) => one.job.group === job.id);
  const isOpen = group.some((one) => one.end === undefined);
  const paused = job.control === 'pause';
  const end = group.find((one) => one.job.id === job.id)?.end;
  return {
    job,
    state: isOpen ? (paused ? 'paused' : 'looking_up') : (end?.status ?? 'succeeded'),
    ingested: 0,
    failed: 0,
    measured: 0,
    rows: 0,
    startedAt: job.createdAt,
    ...(isOpen || end === undefined ? {} : { endedAt: end.endedAt }),
    failures: [],
  };
}

function revisionStore({ partitions }: MemoryContents): Partial<Database['revisions']> {
  return {
    partitions: async ({ dataset, limit, before }) =>
      (partitions.get(dataset) ?? [])
        .filter((one) => before === undefined || one.partition < before)
        .toSorted((a, b) => (a.partition < b.partition ? 1 : -1))
        .slice(0, limit),
    lastPartitions: async ({ datasets, perDataset }) =>
      new Map(
        datasets.flatMap((dataset) => {
          const last = (partitions.get(dataset) ?? []).toSorted((a, b) =>
            a.partition < b.partition ? 1 : -1,
          );
          return last.length === 0 ? [] : [[dataset, last.slice(0, perDataset)]];
        }),
      ),
  };
}

function qualityStore(contents: MemoryContents): Partial<Database['quality']> {
  const { results, incidents } = contents;
  return {
    openIncidentsByDataset: async () => {
      const open = [...incidents.values()].filter(({ state }) => state.state !== 'resolved');
      const counts = new Map<DatasetName, number>();
      for (const { dataset } of open) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
      return counts;
    },
    results: async (filter) =>
      results
        .filter(({ revision }) => revision.dataset === filter.dataset)
        .filter(({ revision }) => filter.partition === undefined || revision.partition === filter.partition)
        .filter(({ check }) => filter.check === undefined || check === filter.check)
        .filter(({ status }) => filter.status === undefined || filter.status.includes(status))
        .toSorted((a, b) => (a.revision.partition < b.revision.partition ? 1 : -1))
        .slice(0, filter.limit),
    result: async (id) => results.find((result) => result.id === id),
    series: async ({ metric, limit }) => (contents.series.get(metric) ?? []).slice(-limit),
    history: async ({ before, limit }) => historyBefore(contents.history, { before, limit }),
    incident: async (id) => incidents.get(id),
    incidents: async (filter) =>
      [...incidents.values()]
        .filter(({ dataset }) => filter.dataset === undefined || dataset === filter.dataset)
        .filter(({ state }) => filter.open === undefined || (state.state !== 'resolved') === filter.open)
        .toSorted((a, b) => b.openedAt - a.openedAt)
        .slice(0, filter.limit),
    changeIncident: async (id, change) => {
      const incident = incidents.get(id);
      if (incident === undefined) return fail(failure('INCIDENT_NOT_FOUND', `there is no incident ${id}`));
      const changed = change(incident);
      if (changed.ok) incidents.set(id, changed.value);
      return changed;
    },
  };
}

function historyBefore(
  history: MetricHistory,
  range: { before: PartitionKey | undefined; limit: number },
): MetricHistory {
  const at = history.partitions.findIndex(({ key }) => range.before !== undefined && key >= range.before);
  const end = at < 0 ? history.partitions.length : at;
  const begin = Math.max(0, end - range.limit);
  return {
    partitions: history.partitions.slice(begin, end),
    series: history.series.map((one) => ({
      ...one,
      values: one.values.slice(begin, end),
      rows: one.rows.slice(begin, end),
    })),
  };
}

/** A time for fixtures: so many seconds after the fake clock's start. */
export function fixtureTime(seconds: number): ReturnType<typeof instant> {
  return instant(Date.UTC(2001, 0, 1) + seconds * 1000);
}
