import type { Brand } from './brand.ts';

/** The name of a dataset: lower-case letters, digits, `.`, `_`, `-`; starts with a letter or digit; up to 100. */
export type DatasetName = Brand<string, 'DatasetName'>;

/** A partition's key in its canonical text: `2001-01-31`, `2001-01-31T05`, `country=DE/kind=a`, `all`. Sorts in time order. */
export type PartitionKey = Brand<string, 'PartitionKey'>;

/** A job's id, ordered by creation time. */
export type JobId = Brand<string, 'JobId'>;

/** A task's id: `<job id>/<task name>`. Stable over attempts, managers and restarts: it is the unique key of its effects. */
export type TaskId = Brand<string, 'TaskId'>;

/** A task's name within its job: `lookup`, `ingest/2001-01-31`, `measure/0`, `evaluate`, `notify`. */
export type TaskName = Brand<string, 'TaskName'>;

/** A data node's or manager's id, unique per process start. */
export type NodeId = Brand<string, 'NodeId'>;

/** An incident's id. */
export type IncidentId = Brand<string, 'IncidentId'>;

/** A result's id: the same dataset, partition, revision and check always give the same one. */
export type ResultId = Brand<string, 'ResultId'>;

/** What a dataset is read from, as far as it can be overloaded: `https://example.org`, `s3://bucket`, `postgres env:FLIGHTS_URL`. */
export type SourceName = Brand<string, 'SourceName'>;

/** Which cluster a job runs on. The two are of the same make and isolated from each other. */
export type ClusterName = 'ingestion' | 'quality';

const datasetNamePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** The dataset name in `text`, or undefined when it is not one. */
export function parseDatasetName(text: string): DatasetName | undefined {
  return datasetNamePattern.test(text) ? (text as DatasetName) : undefined;
}

/** A partition key of already canonical text. */
export function partitionKey(text: string): PartitionKey {
  return text as PartitionKey;
}

/** The key of the only partition of a dataset without partition keys. */
export const wholeDataset = 'all' as PartitionKey;

export function jobId(text: string): JobId {
  return text as JobId;
}

export function taskName(text: string): TaskName {
  return text as TaskName;
}

export function taskId(job: JobId, name: TaskName): TaskId {
  return `${job}/${name}` as TaskId;
}

export function nodeId(text: string): NodeId {
  return text as NodeId;
}

export function sourceName(text: string): SourceName {
  return text as SourceName;
}

export function incidentId(text: string): IncidentId {
  return text as IncidentId;
}

export function resultId(text: string): ResultId {
  return text as ResultId;
}
