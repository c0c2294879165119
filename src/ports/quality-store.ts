import type { DatasetName, IncidentId, PartitionKey, ResultId } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { Evaluation } from '../core/checks/evaluate.ts';
import type { FailedRowsSample, QueryOutcome } from '../core/checks/partition-query.ts';
import type { Result, ResultStatus } from '../core/checks/result.ts';
import type { RevisionRef } from '../core/datasets/revision.ts';
import type { Incident } from '../core/incidents/incident.ts';
import type { MetricDetail, MetricKey } from '../core/metrics/metric.ts';
import type { Feedback, MetricHistory } from '../core/thresholds/history.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';
import type { OutboxMessage } from './outbox.ts';

/** States, metrics, results and incidents. */
export interface QualityStore {
  /** Commits the encoded profile of one batch. */
  commitMeasure(
    commit: TaskCommit<OutputOf<'measure'>>,
    profile: { readonly revision: RevisionRef; readonly batch: number; readonly bytes: Uint8Array },
  ): Promise<CommitOutcome>;
  /** Commits what became of the queries over a revision; the outcomes of an earlier time are replaced. */
  commitQuery(
    commit: TaskCommit<OutputOf<'query'>>,
    queried: { readonly revision: RevisionRef; readonly outcomes: readonly QueryOutcome[] },
  ): Promise<CommitOutcome>;
  /** What became of the queries over a revision, without their samples; none when none were put to it. */
  queryOutcomes(revision: RevisionRef): Promise<readonly QueryOutcome[]>;
  /** The same of many revisions of one dataset, in their order. */
  queryOutcomesOf(revisions: readonly RevisionRef[]): Promise<readonly (readonly QueryOutcome[])[]>;
  /** The rows of a revision that should not exist: a sample for each query that found some. */
  failedRows(revision: RevisionRef): Promise<readonly FailedRowsSample[]>;
  /** The profiles of a revision's batches, in batch order; absent ones are undefined. */
  profiles(revision: RevisionRef): Promise<readonly (Uint8Array | undefined)[]>;
  /**
   * The same of many revisions of one dataset, in their order. The list ends before the revision with which the profiles
   * would exceed `bytesMax`.
   */
  profilesOf(revisions: readonly RevisionRef[], bytesMax?: number): Promise<readonly RevisionProfiles[]>;
  /**
   * Commits evaluations: values, details and results replace those of the same revision. `incidents` is called inside
   * the transaction with the dataset's unresolved incidents, under a lock, and returns those that are new or changed.
   */
  commitEvaluate(commit: EvaluateCommit): Promise<CommitOutcome>;
  /** The series of a dataset's metrics over its last `limit` evaluated partitions before `before`, each with its newest evaluated revision. */
  history(request: {
    readonly dataset: DatasetName;
    readonly before?: PartitionKey;
    readonly limit: number;
  }): Promise<MetricHistory>;
  /** What people said of the revisions from a partition on: the newest word on each that teaches the thresholds. */
  feedback(request: {
    readonly dataset: DatasetName;
    readonly from?: PartitionKey;
  }): Promise<readonly RevisionFeedback[]>;
  /** Results, newest partition first, the worst first within one. */
  results(filter: ResultFilter): Promise<readonly Result[]>;
  result(id: ResultId): Promise<Result | undefined>;
  /** How many results of each status every partition has, by its highest evaluated revision, in partition order. */
  statusCounts(dataset: DatasetName): Promise<readonly PartitionCounts[]>;
  /** One metric's values with their bands over partitions, oldest first. */
  series(request: {
    readonly dataset: DatasetName;
    readonly metric: MetricKey;
    readonly limit: number;
  }): Promise<readonly SeriesPoint[]>;
  details(revision: RevisionRef): Promise<readonly MetricDetail[]>;
  incident(id: IncidentId): Promise<Incident | undefined>;
  /** Incidents, newest first. */
  incidents(filter: IncidentFilter): Promise<readonly Incident[]>;
  /** How many incidents of all datasets are not resolved. */
  openIncidents(): Promise<number>;
  /** How many of each dataset; those without any are absent. */
  openIncidentsByDataset(): Promise<ReadonlyMap<DatasetName, number>>;
  /**
   * Changes one incident under its lock: `INCIDENT_NOT_FOUND`, or what `change` refuses. The messages of `tell` go to the
   * outbox in the same transaction.
   */
  changeIncident(
    id: IncidentId,
    change: IncidentChange['change'],
    tell?: IncidentChange['tell'],
  ): Promise<Outcome<Incident>>;
}

export type IncidentChange = {
  readonly change: (incident: Incident) => Outcome<Incident>;
  /** What is said of the incident as it is then. */
  readonly tell: (incident: Incident) => readonly OutboxMessage[];
};

/** The encoded profiles of a revision's batches, in batch order; absent ones are undefined. */
export type RevisionProfiles = readonly (Uint8Array | undefined)[];

export type PartitionCounts = {
  readonly partition: PartitionKey;
  readonly counts: Readonly<Record<ResultStatus, number>>;
};

export type EvaluateCommit = {
  readonly commit: TaskCommit<OutputOf<'evaluate'>>;
  readonly dataset: DatasetName;
  readonly evaluations: readonly Evaluation[];
  /** A partition whose content can not be ingested: it counts as known (`RevisionStore.fingerprints`) until it changes. */
  readonly refused?: { readonly partition: PartitionKey; readonly fingerprint: string };
  readonly incidents: (unresolved: readonly Incident[]) => readonly Incident[];
};

export type ResultFilter = {
  readonly dataset: DatasetName;
  readonly partition?: PartitionKey;
  readonly check?: string;
  readonly status?: readonly ResultStatus[];
  /** Only those behind this place of the list, whether or not a result stands there. */
  readonly after?: ResultPlace;
  readonly limit: number;
};

/** What orders results: a verdict that is given anew may move within its partition, never to another one. */
export type ResultPlace = {
  readonly partition: PartitionKey;
  readonly status: ResultStatus;
  readonly severity?: number;
  readonly check: string;
};

export type IncidentFilter = {
  readonly dataset?: DatasetName;
  /** Only incidents of these datasets. */
  readonly only?: readonly DatasetName[];
  readonly open?: boolean;
  /** Only those behind this place of the list, whether or not an incident stands there. */
  readonly after?: IncidentPlace;
  readonly limit: number;
};

/** What orders incidents, newest first: it never changes. */
export type IncidentPlace = { readonly openedAt: Instant; readonly id: IncidentId };

/** What people said of a revision, which decides how it is learned from. */
export type RevisionFeedback = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly feedback: Feedback;
};

export type SeriesPoint = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly value: number | null;
  readonly lower?: number;
  readonly upper?: number;
  readonly status?: ResultStatus;
};
