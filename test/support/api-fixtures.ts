import { type DatasetName, incidentId, jobId, partitionKey, resultId } from '../../src/base/ids.ts';
import type { Result, ResultStatus } from '../../src/core/checks/result.ts';
import type { Incident } from '../../src/core/incidents/incident.ts';
import type { JobSpec } from '../../src/core/jobs/job.ts';
import { newJob } from '../../src/core/jobs/job.ts';
import type { ApiService } from './api-service.ts';
import { fixtureTime, type MemoryContents } from './memory-database.ts';

export const flights = 'flights' as DatasetName;

/** A dataset with daily partitions. */
export const flightsYaml = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "data/flights-*.parquet"}
partition: {column: date, by: day}
backfill: {from: 2001-01-01, to: 2001-06-28}
checks:
  - row_count: {must_be_greater_than: 0}
`;

export const applyBody = { yaml: flightsYaml, file: 'flights.yaml', baseDirectory: '/srv' };

/** Registers the flights through the API. */
export async function registerFlights(api: ApiService): Promise<void> {
  const answer = await api.call('PUT', '/datasets', applyBody);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Puts a job into the database. */
export function addJob(contents: MemoryContents, job: { id: string; spec: JobSpec; group?: string }): void {
  const { id, spec, group } = job;
  const made = newJob({
    id: jobId(id),
    dataset: flights,
    spec,
    createdAt: fixtureTime(0),
    ...(group === undefined ? {} : { group: jobId(group) }),
  });
  contents.jobs.set(made.id, { job: made, tasks: [] });
}

/** A result of the row count. */
export function rowCountResult(given: { partition: string; status: ResultStatus; value: number }): Result {
  const { partition, status, value } = given;
  return {
    id: resultId(`result-${partition}`),
    revision: { dataset: flights, partition: partitionKey(partition), number: 1 },
    check: 'row_count',
    metric: 'row_count',
    status,
    value,
    record: {
      kind: 'set',
      threshold: { kind: 'set', level: 'fail', conditions: [{ operator: 'must_be_greater_than', value: 0 }] },
    },
  };
}

/** An incident that nobody has looked at. */
export function newIncident(id: string): Incident {
  return {
    id: incidentId(id),
    dataset: flights,
    firstPartition: partitionKey('2001-01-02'),
    openedAt: fixtureTime(10),
    updatedAt: fixtureTime(10),
    level: 'fail',
    lines: [
      {
        partition: partitionKey('2001-01-02'),
        revision: 1,
        check: 'row_count',
        status: 'fail',
        text: 'row_count is 0, must be greater than 0',
        severity: 1,
        open: true,
      },
    ],
    state: { state: 'new' },
    log: [{ at: fixtureTime(10), by: 'assay', text: 'opened' }],
  };
}
