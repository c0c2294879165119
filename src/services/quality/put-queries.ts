import { limits } from '../../base/limits.ts';
import { type Outcome, succeed } from '../../base/outcome.ts';
import {
  answerOfNoRows,
  type PartitionQuery,
  type QueryAnswer,
  type QueryOutcome,
} from '../../core/checks/partition-query.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { Engine } from '../../ports/engine.ts';

type Request = {
  readonly queries: readonly PartitionQuery[];
  /** Files that hold all rows of the partition; none when it has no rows. */
  readonly paths: readonly string[];
  readonly schema: Schema;
  readonly signal: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
};

/**
 * Puts queries to a partition, one after the other, each with limits of its own. One that is refused, fails or is stopped
 * is an outcome like another: it harms neither its neighbours nor the task. Only cancelling ends all: `TASK_CANCELLED`.
 */
export async function putQueries(
  engine: Pick<Engine, 'query'>,
  { queries, paths, schema, signal, onProgress }: Request,
): Promise<Outcome<readonly QueryOutcome[]>> {
  const outcomes: QueryOutcome[] = [];
  for (const query of queries) {
    onProgress?.(outcomes.length / queries.length);
    const ask = (): Promise<Outcome<QueryAnswer>> =>
      engine.query({ paths, schema, query }, optionsOf(signal));
    let answer = paths.length === 0 ? succeed(answerOfNoRows(query)) : await ask();
    // A worker may die of something else than this query; if it dies again, it was the query.
    if (!answer.ok && answer.error.code === 'WORKER_DIED' && !signal.aborted) answer = await ask();
    if (!answer.ok && (signal.aborted || answer.error.code === 'TASK_CANCELLED')) return answer;
    outcomes.push(outcomeOf(query, answer));
  }
  return succeed(outcomes);
}

function optionsOf(signal: AbortSignal) {
  return { signal, timeoutMs: limits.queryTimeoutMs, memoryMb: limits.queryMemoryMb };
}

function outcomeOf({ metric }: PartitionQuery, answer: Outcome<QueryAnswer>): QueryOutcome {
  return answer.ok
    ? { metric, ok: true, answer: answer.value }
    : { metric, ok: false, failure: answer.error };
}
