import type { DatasetName, IncidentId, PartitionKey, ResultId } from '../../base/ids.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { FailedRowsSample, QueryOutcome } from '../../core/checks/partition-query.ts';
import type { Result } from '../../core/checks/result.ts';
import type { RevisionRef } from '../../core/datasets/revision.ts';
import type { Incident } from '../../core/incidents/incident.ts';
import type { MetricDetail, MetricKey } from '../../core/metrics/metric.ts';
import type { MetricHistory } from '../../core/thresholds/history.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../ports/commit.ts';
import type {
  EvaluateCommit,
  IncidentChange,
  IncidentFilter,
  PartitionCounts,
  QualityStore,
  ResultFilter,
  RevisionFeedback,
  RevisionProfiles,
  SeriesPoint,
} from '../../ports/quality-store.ts';
import { decodeJson } from './json.ts';
import { commitEvaluate } from './queries/commit-evaluate.ts';
import {
  changeIncident,
  countOpenIncidents,
  countOpenIncidentsByDataset,
  incidentById,
  listIncidents,
} from './queries/incidents.ts';
import { metricHistory, revisionFeedback } from './queries/metric-history.ts';
import { metricSeries } from './queries/metric-series.ts';
import { commitMeasure, profilesOf } from './queries/profiles.ts';
import { commitQuery, failedRows, queryOutcomesOf } from './queries/query-outcomes.ts';
import { listResults, resultById } from './queries/results.ts';
import { countStatusesByPartition } from './queries/status-counts.ts';
import type { Connection } from './transact.ts';

/** States, metrics, results and incidents in PostgreSQL. */
export class PostgresQualityStore implements QualityStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  commitMeasure(
    commit: TaskCommit<OutputOf<'measure'>>,
    profile: { readonly revision: RevisionRef; readonly batch: number; readonly bytes: Uint8Array },
  ): Promise<CommitOutcome> {
    return commitMeasure(this.#db, commit, profile);
  }

  commitQuery(
    commit: TaskCommit<OutputOf<'query'>>,
    queried: { readonly revision: RevisionRef; readonly outcomes: readonly QueryOutcome[] },
  ): Promise<CommitOutcome> {
    return commitQuery(this.#db, commit, queried);
  }

  async queryOutcomes(revision: RevisionRef): Promise<readonly QueryOutcome[]> {
    const [outcomes = []] = await queryOutcomesOf(this.#db, [revision]);
    return outcomes;
  }

  queryOutcomesOf(revisions: readonly RevisionRef[]): Promise<readonly (readonly QueryOutcome[])[]> {
    return queryOutcomesOf(this.#db, revisions);
  }

  failedRows(revision: RevisionRef): Promise<readonly FailedRowsSample[]> {
    return failedRows(this.#db, revision);
  }

  async profiles(revision: RevisionRef): Promise<RevisionProfiles> {
    const [profiles = []] = await profilesOf(this.#db, [revision]);
    return profiles;
  }

  profilesOf(revisions: readonly RevisionRef[], bytesMax?: number): Promise<readonly RevisionProfiles[]> {
    return profilesOf(this.#db, revisions, bytesMax);
  }

  commitEvaluate(commit: EvaluateCommit): Promise<CommitOutcome> {
    return commitEvaluate(this.#db, commit);
  }

  history(request: {
    readonly dataset: DatasetName;
    readonly before?: PartitionKey;
    readonly limit: number;
  }): Promise<MetricHistory> {
    return metricHistory(this.#db, request);
  }

  feedback(request: {
    readonly dataset: DatasetName;
    readonly from?: PartitionKey;
  }): Promise<readonly RevisionFeedback[]> {
    return revisionFeedback(this.#db, request);
  }

  results(filter: ResultFilter): Promise<readonly Result[]> {
    return listResults(this.#db, filter);
  }

  result(id: ResultId): Promise<Result | undefined> {
    return resultById(this.#db, id);
  }

  statusCounts(dataset: DatasetName): Promise<readonly PartitionCounts[]> {
    return countStatusesByPartition(this.#db, dataset);
  }

  series(request: {
    readonly dataset: DatasetName;
    readonly metric: MetricKey;
    readonly limit: number;
  }): Promise<readonly SeriesPoint[]> {
    return metricSeries(this.#db, request);
  }

  async details({ dataset, partition, number }: RevisionRef): Promise<readonly MetricDetail[]> {
    const row = await this.#db
      .selectFrom('evaluation')
      .innerJoin('metric_detail', 'metric_detail.evaluation', 'evaluation.id')
      .select('metric_detail.details')
      .where('dataset', '=', dataset)
      .where('partition', '=', partition)
      .where('revision', '=', number)
      .executeTakeFirst();
    return row === undefined ? [] : decodeJson<readonly MetricDetail[]>(row.details);
  }

  incident(id: IncidentId): Promise<Incident | undefined> {
    return incidentById(this.#db, id);
  }

  incidents(filter: IncidentFilter): Promise<readonly Incident[]> {
    return listIncidents(this.#db, filter);
  }

  openIncidents(): Promise<number> {
    return countOpenIncidents(this.#db);
  }

  openIncidentsByDataset(): Promise<ReadonlyMap<DatasetName, number>> {
    return countOpenIncidentsByDataset(this.#db);
  }

  changeIncident(
    id: IncidentId,
    change: IncidentChange['change'],
    tell: IncidentChange['tell'] = () => [],
  ): Promise<Outcome<Incident>> {
    return changeIncident(this.#db, id, { change, tell });
  }
}
