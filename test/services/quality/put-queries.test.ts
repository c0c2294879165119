import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, failure } from '../../../src/base/errors.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import type { PartitionQuery, QueryAnswer } from '../../../src/core/checks/partition-query.ts';
import type { Engine } from '../../../src/ports/engine.ts';
import { putQueries } from '../../../src/services/quality/put-queries.ts';

const good: PartitionQuery = { kind: 'custom_sql', metric: 'custom_sql(good)', sql: 'select 1' };
const bad: PartitionQuery = { kind: 'custom_sql', metric: 'custom_sql(bad)', sql: 'select 2' };
const answer: Outcome<QueryAnswer> = succeed({ value: 1, rows: 10 });
const broken = (code: ErrorCode): Outcome<QueryAnswer> => fail(failure(code, 'no'));

/** Asks `bad` and `good` of a stand-in that answers `bad` with `answers`, one after the other. */
async function ask(
  answers: readonly Outcome<QueryAnswer>[],
  options: { paths?: string[]; signal?: AbortSignal } = {},
) {
  const asked: string[] = [];
  const rest = [...answers];
  const query: Engine['query'] = async (request) => {
    asked.push(request.query.metric);
    return request.query === bad ? (rest.shift() ?? broken('INTERNAL')) : answer;
  };
  const { paths = ['/batch.parquet'], signal = new AbortController().signal } = options;
  const put = await putQueries({ query }, { queries: [bad, good], paths, schema: [], signal });
  return { put, asked };
}

test('a query that is refused, fails or is stopped harms no other', async () => {
  for (const code of [
    'QUERY_REFUSED',
    'QUERY_FAILED',
    'TASK_TIMEOUT',
    'MEMORY_LIMIT',
    'BATCH_CORRUPT',
  ] as const) {
    const { put, asked } = await ask([broken(code)]);
    assert.deepEqual(put, {
      ok: true,
      value: [
        { metric: 'custom_sql(bad)', ok: false, failure: { code, message: 'no' } },
        { metric: 'custom_sql(good)', ok: true, answer: { value: 1, rows: 10 } },
      ],
    });
    assert.deepEqual(asked, ['custom_sql(bad)', 'custom_sql(good)']);
  }
});

test('a query whose worker died is tried once more, and then counts as what killed it', async () => {
  const once = await ask([broken('WORKER_DIED'), answer]);
  assert.ok(once.put.ok);
  assert.deepEqual(
    once.put.value.map(({ ok }) => ok),
    [true, true],
  );
  const twice = await ask([broken('WORKER_DIED'), broken('WORKER_DIED'), answer]);
  assert.ok(twice.put.ok);
  assert.deepEqual(
    twice.put.value.map(({ ok }) => ok),
    [false, true],
  );
  assert.equal(twice.asked.length, 3);
});

test('cancelling ends all, and is no answer', async () => {
  const cancelled = await ask([broken('TASK_CANCELLED')]);
  assert.equal(cancelled.put.ok ? 'ok' : cancelled.put.error.code, 'TASK_CANCELLED');
  const stopped = await ask([broken('WORKER_DIED'), answer], { signal: AbortSignal.abort() });
  assert.equal(stopped.put.ok, false);
  assert.deepEqual(stopped.asked, ['custom_sql(bad)']);
});

test('a partition without rows is not asked', async () => {
  const { put, asked } = await ask([], { paths: [] });
  assert.ok(put.ok);
  assert.deepEqual(asked, []);
  assert.deepEqual(put.value[1], {
    metric: 'custom_sql(good)',
    ok: true,
    answer: { value: undefined, rows: 0 },
  });
});
