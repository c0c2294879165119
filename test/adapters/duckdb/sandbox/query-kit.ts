import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Failure } from '../../../../src/base/errors.ts';
import type { Outcome } from '../../../../src/base/outcome.ts';
import type { PartitionQuery, QueryAnswer } from '../../../../src/core/checks/partition-query.ts';
import { columnType, type Schema } from '../../../../src/core/datasets/schema.ts';
import type { EngineOptions, QueryRequest } from '../../../../src/ports/engine.ts';
import { type EngineKit, engineKit, generously, writeParquet } from '../engine-kit.ts';

/** A question of the tests; all have the same metric key. */
export type Question =
  | { readonly kind: 'custom_sql' | 'failed_rows'; readonly sql: string }
  | { readonly kind: 'duplicate_rows' }
  | { readonly kind: 'duplicate_values'; readonly column: string };

/** An engine with a revision of two batches: 30,000 flights. */
export type QueryKit = AsyncDisposable & {
  readonly kit: EngineKit;
  readonly request: Omit<QueryRequest, 'query'>;
  ask(question: Question, limited?: Partial<EngineOptions>): Promise<Outcome<QueryAnswer>>;
  /** The answer; fails the test without one. */
  answer(question: Question): Promise<QueryAnswer>;
  /** Why there is none; fails the test when there is an answer. */
  failure(question: Question, limited?: Partial<EngineOptions>): Promise<Failure>;
};

/** The question with the metric key that all questions of the tests have. */
export function queryOf(question: Question): PartitionQuery {
  return { ...question, metric: 'asked' };
}

const flightColumns: Schema = (
  [
    ['id', 'BIGINT'],
    ['day', 'DATE'],
    ['delay', 'DOUBLE'],
    ['carrier', 'VARCHAR'],
  ] as const
).map(([name, native]) => ({ name, type: columnType(native) }));

/** Makes the kit. The second batch repeats 100 rows of the first one. */
export async function queryKit(workersMax = 1): Promise<QueryKit> {
  const kit = engineKit(workersMax);
  const paths = ['batch-1.parquet', 'batch-2.parquet'].map((name) => join(kit.folder.path, name));
  const rows = `i as id, date '2001-01-01' + (i % 30)::integer as day, i / 4 as delay,
    case when i % 10 = 0 then null else 'C' || i % 5 end as carrier`;
  await writeParquet(paths[0] ?? '', `select ${rows} from range(15000) t(i)`);
  await writeParquet(paths[1] ?? '', `select ${rows} from range(14900, 29900) t(i)`);
  const request = { paths, schema: flightColumns };
  const ask: QueryKit['ask'] = (question, limited = {}) =>
    kit.engine.query({ ...request, query: queryOf(question) }, generously(limited));
  return {
    kit,
    request,
    ask,
    answer: async (question) => {
      const outcome = await ask(question);
      if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
      return outcome.value;
    },
    failure: async (question, limited) => {
      const outcome = await ask(question, limited);
      if (outcome.ok) assert.fail(JSON.stringify(outcome.value));
      return outcome.error;
    },
    [Symbol.asyncDispose]: () => kit[Symbol.asyncDispose](),
  };
}
