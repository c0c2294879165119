import { sql } from 'kysely';
import {
  type FailedRows,
  type FailedRowsSample,
  failedRowsOf,
  type QueryOutcome,
} from '../../../core/checks/partition-query.ts';
import type { RevisionRef } from '../../../core/datasets/revision.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../../ports/commit.ts';
import { decodeJson } from '../json.ts';
import { jsonRows } from '../json-rows.ts';
import { commitTask } from '../task-fence.ts';
import type { Connection } from '../transact.ts';
import { givenRevisions } from './profiles.ts';

/** Commits what became of the queries over a revision; all outcomes of an earlier time are replaced. */
export function commitQuery(
  db: Connection,
  commit: TaskCommit<OutputOf<'query'>>,
  queried: { readonly revision: RevisionRef; readonly outcomes: readonly QueryOutcome[] },
): Promise<CommitOutcome> {
  const { dataset, partition, number } = queried.revision;
  return commitTask(db, commit, async (trx) => {
    await sql`
      delete from query_outcome
      where dataset = ${dataset} and partition = ${partition} and revision = ${number}`.execute(trx);
    await sql`
      insert into query_outcome (dataset, partition, revision, position, outcome, sample)
      select ${dataset}, ${partition}, ${number}::integer, position, outcome, sample
      from json_to_recordset(${jsonRows(queried.outcomes.map(rowOf))})
        as row (position integer, outcome jsonb, sample jsonb)`.execute(trx);
  });
}

function rowOf(outcome: QueryOutcome, position: number) {
  if (!outcome.ok) return { position, outcome, sample: null };
  const { sample, ...answer } = outcome.answer;
  return { position, outcome: { ...outcome, answer }, sample: sample ?? null };
}

/** What became of the queries over revisions of one dataset, in their order, without their samples. */
export async function queryOutcomesOf(
  db: Connection,
  revisions: readonly RevisionRef[],
): Promise<readonly (readonly QueryOutcome[])[]> {
  const lists = revisions.map((): QueryOutcome[] => []);
  const [first] = revisions;
  if (first === undefined) return lists;
  const { rows } = await sql<{ place: number; outcome: string }>`
    select given.position as place, query_outcome.outcome
    from ${givenRevisions(revisions)}
    join query_outcome on query_outcome.dataset = ${first.dataset}
      and query_outcome.partition = given.partition and query_outcome.revision = given.number
    order by given.position, query_outcome.position`.execute(db);
  for (const { place, outcome } of rows) lists[place]?.push(decodeJson<QueryOutcome>(outcome));
  return lists;
}

/** The samples of a revision's rows that should not exist, of each query that found some. */
export async function failedRows(
  db: Connection,
  revision: RevisionRef,
): Promise<readonly FailedRowsSample[]> {
  const rows = await outcomesOf(db, revision)
    .select(['outcome', 'sample'])
    .where('sample', 'is not', null)
    .execute();
  return failedRowsOf(
    rows.map((row) => {
      const outcome = decodeJson<QueryOutcome>(row.outcome);
      const sample = decodeJson<FailedRows>(row.sample ?? 'null');
      return outcome.ok ? { ...outcome, answer: { ...outcome.answer, sample } } : outcome;
    }),
  );
}

function outcomesOf(db: Connection, { dataset, partition, number }: RevisionRef) {
  return db
    .selectFrom('query_outcome')
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('revision', '=', number)
    .orderBy('position');
}
