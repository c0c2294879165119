import { sql } from 'kysely';
import { assert } from '../../../base/assert.ts';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { Evaluation } from '../../../core/checks/evaluate.ts';
import type { Result } from '../../../core/checks/result.ts';
import { worstStatus } from '../../../core/checks/status.ts';
import { type MetricValue, metricKey } from '../../../core/metrics/metric.ts';
import type { CommitOutcome } from '../../../ports/commit.ts';
import type { EvaluateCommit } from '../../../ports/quality-store.ts';
import { encodeJson } from '../json.ts';
import { chunksOf, jsonRows, type RowValue, rowNumber } from '../json-rows.ts';
import { statusRank } from '../status-rank.ts';
import { commitTask } from '../task-fence.ts';
import type { Connection, Work } from '../transact.ts';
import { saveIncidents, unresolvedIncidents } from './incidents.ts';

/**
 * Commits evaluations: values, details and results replace those of the same revisions. What counts as a partition's
 * present verdict is that of its highest evaluated revision, so that judging an old one again takes nothing back.
 * The dataset is locked, registered or not, so that incidents are opened and changed by one evaluation at a time.
 */
export function commitEvaluate(db: Connection, request: EvaluateCommit): Promise<CommitOutcome> {
  const { commit, dataset, evaluations } = request;
  return commitTask(db, commit, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${dataset}, 0))`.execute(trx);
    for (const chunk of chunksOf(evaluations, evaluationsPerStatement)) {
      const ids = await upsertEvaluations(trx, request, chunk);
      await removeVerdicts(trx, [...ids.values()]);
      await insertVerdicts(trx, chunk, ids);
    }
    if (request.refused !== undefined) await noteRefused(trx, dataset, request.refused);
    const unresolved = await unresolvedIncidents(trx, dataset);
    await saveIncidents(trx, request.incidents(unresolved));
  });
}

async function noteRefused(
  trx: Work,
  dataset: DatasetName,
  { partition, fingerprint }: NonNullable<EvaluateCommit['refused']>,
): Promise<void> {
  await sql`
    insert into partition (dataset, key, newest, refused) values (${dataset}, ${partition}, 0, ${fingerprint})
    on conflict (dataset, key) do update set refused = excluded.refused`.execute(trx);
}

const evaluationsPerStatement = 1_000;
const rowsPerStatement = 2_000;

type Ids = ReadonlyMap<string, number>;

function keyOf(partition: PartitionKey, revision: number): string {
  return `${revision} ${partition}`;
}

function idOf(ids: Ids, { revision }: Evaluation): number {
  const id = ids.get(keyOf(revision.partition, revision.number));
  assert(id !== undefined, 'every evaluation of the chunk was given an id');
  return id;
}

async function upsertEvaluations(
  trx: Work,
  { commit, dataset }: EvaluateCommit,
  evaluations: readonly Evaluation[],
): Promise<Ids> {
  const rows = evaluations.map(({ revision, results }) => ({
    partition: revision.partition,
    revision: revision.number,
    status: worstStatus(results.map((result) => result.status)),
  }));
  const written = await sql<{ id: number; partition: PartitionKey; revision: number }>`
    insert into evaluation (dataset, partition, revision, status, evaluated_at)
    select ${dataset}, partition, revision, status, ${commit.endedAt}::double precision
    from json_to_recordset(${jsonRows(rows)}) as row (partition text, revision integer, status text)
    on conflict (dataset, partition, revision) do update
      set status = excluded.status, evaluated_at = excluded.evaluated_at
    returning id, partition, revision`.execute(trx);
  return new Map(written.rows.map((row) => [keyOf(row.partition, row.revision), row.id]));
}

async function removeVerdicts(trx: Work, ids: readonly number[]): Promise<void> {
  const given = sql`(select id::bigint from json_array_elements_text(${encodeJson(ids)}::json) as given (id))`;
  for (const table of ['metric_value', 'metric_detail', 'result'] as const) {
    await sql`delete from ${sql.table(table)} where evaluation in ${given}`.execute(trx);
  }
}

async function insertVerdicts(trx: Work, evaluations: readonly Evaluation[], ids: Ids): Promise<void> {
  const details = evaluations.filter((one) => one.details.length > 0);
  for (const chunk of chunksOf(details, 50)) {
    await sql`
      insert into metric_detail (evaluation, details)
      select evaluation, details
      from json_to_recordset(${jsonRows(chunk.map((one) => ({ evaluation: idOf(ids, one), details: one.details })))})
        as row (evaluation bigint, details jsonb)`.execute(trx);
  }
  for (const chunk of chunksOf(
    rowsOf(evaluations, (one) => one.values),
    rowsPerStatement,
  )) {
    await insertValues(trx, chunk, ids);
  }
  for (const chunk of chunksOf(
    rowsOf(evaluations, (one) => one.results),
    rowsPerStatement,
  )) {
    await insertResults(trx, chunk, ids);
  }
}

/** What belongs to evaluations, flat, each with the evaluation that it belongs to. */
function rowsOf<T>(
  evaluations: readonly Evaluation[],
  part: (evaluation: Evaluation) => readonly T[],
): (readonly [Evaluation, T])[] {
  return evaluations.flatMap((evaluation) => part(evaluation).map((item) => [evaluation, item] as const));
}

async function insertValues(trx: Work, values: readonly (readonly [Evaluation, MetricValue])[], ids: Ids) {
  const rows = values.map(
    ([evaluation, value]): Record<string, RowValue> => ({
      evaluation: idOf(ids, evaluation),
      key: metricKey(value.metric, value.column, value.segment),
      scale: value.scale,
      value: rowNumber(value.value),
      exact: value.exact ?? null,
      rows: value.rows,
      relative_error: rowNumber(value.relativeError),
    }),
  );
  await sql`
    insert into metric_value (evaluation, key, scale, value, exact, rows, relative_error)
    select evaluation, key, scale, value, exact, rows, relative_error
    from json_to_recordset(${jsonRows(rows)}) as row (
      evaluation bigint, key text, scale text, value double precision, exact text, rows bigint,
      relative_error double precision
    )`.execute(trx);
}

async function insertResults(trx: Work, results: readonly (readonly [Evaluation, Result])[], ids: Ids) {
  const rows = results.map(
    ([evaluation, result]): Record<string, RowValue> => ({
      id: result.id,
      evaluation: idOf(ids, evaluation),
      check_key: result.check,
      metric: result.metric,
      status: result.status,
      rank: statusRank[result.status],
      value: rowNumber(result.value),
      exact: result.exact ?? null,
      lower: rowNumber(result.lower),
      upper: rowNumber(result.upper),
      severity: rowNumber(result.severity),
      record: result.record,
    }),
  );
  await sql`
    insert into result
      (id, evaluation, check_key, metric, status, rank, value, exact, lower, upper, severity, record)
    select id, evaluation, check_key, metric, status, rank, value, exact, lower, upper, severity, record
    from json_to_recordset(${jsonRows(rows)}) as row (
      id text, evaluation bigint, check_key text, metric text, status text, rank smallint,
      value double precision, exact text, lower double precision, upper double precision,
      severity double precision, record jsonb
    )`.execute(trx);
}
