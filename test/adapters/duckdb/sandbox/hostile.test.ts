import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { limits } from '../../../../src/base/limits.ts';
import { queryKit } from './query-kit.ts';

/** Two workers: one for what is hostile, one for what others ask at the same time. */
const kit = await queryKit(2);
after(() => kit[Symbol.asyncDispose]());

const memoryMb = 384;
const timeoutMs = 700;
/** The interrupt, the grace until the kill, and a machine that does much else. */
const endsWithinMs = timeoutMs + limits.killGraceMs + 5_000;
const stopped = ['MEMORY_LIMIT', 'TASK_TIMEOUT', 'WORKER_DIED'];

const hostile: Readonly<Record<string, string>> = {
  'a list of half a billion numbers': 'select list_sum(range(500000000))',
  'a text of a gigabyte': "select length(lpad('x', 1000000000, 'y'))",
  'a cross join without end': 'select count(*) from data a, data b, data c where a.delay + b.delay > c.delay',
  'rows without end': 'select a.* from data a, data b, data c',
  'positional and ordinary joins of many':
    'select sum(a.id * b.id) from data a positional join data p, data b, data c, data d',
  'a recursion without end':
    'with recursive t(i) as (select 1 union all select i + 1 from t) select count(*) from t',
  'a recursion that doubles':
    'with recursive t(i) as (select 1 union all select i from t, range(2)) select count(*) from t',
  'a huge string_agg': "select length(string_agg(lpad('', 1000, 'x'), '')) from data a, range(1000)",
  'a huge sort':
    'select * from (select a.*, b.id as other from data a, data b order by md5(a.carrier || b.id), a.day)',
  'a huge group by': 'select count(*) from (select a.id, b.id, count(*) from data a, data b group by all)',
  'a huge window':
    'select sum(x) from (select sum(b.id) over (order by hash(a.id, b.id)) as x from data a, data b)',
  'a slow comparison of texts': "select jaro_similarity(lpad('', 3000000, 'ab'), lpad('', 3000000, 'ba'))",
  'a list sorted by a lambda': 'select len(list_sort(list_transform(range(100000000), x -> hash(x))))',
  'queries of WITH that double each time': `with a0 as (from data)${Array.from({ length: 24 }, (_, n) => `, a${n + 1} as (select x.* from a${n} x join a${n} y using (id))`).join('')} select count(*) from a24`,
};

describe('a user statement that takes too much ends in time, and nothing else with it:', () => {
  for (const [what, sql] of Object.entries(hostile)) {
    it(what, async () => {
      const startedMs = systemClock.monotonicMs();
      const running = kit
        .ask({ kind: 'failed_rows', sql }, { memoryMb, timeoutMs })
        .then((outcome) => ({ outcome, tookMs: systemClock.monotonicMs() - startedMs }));
      const others = await Promise.all([
        kit.ask({ kind: 'duplicate_rows' }),
        kit.ask({ kind: 'custom_sql', sql: 'select count(*) from data' }),
      ]);
      assert.deepEqual(
        others.map((outcome) => outcome.ok && outcome.value.value),
        [100, 30_000],
      );
      const { outcome, tookMs } = await running;
      assert.ok(!outcome.ok, 'it gave an answer');
      assert.ok(stopped.includes(outcome.error.code), JSON.stringify(outcome.error));
      assert.ok(tookMs < endsWithinMs, `it took ${tookMs} ms`);
      assert.equal((await kit.answer({ kind: 'custom_sql', sql: 'select 1' })).value, 1);
    });
  }

  it('with a signal instead of a time-out', async () => {
    const controller = new AbortController();
    const running = kit.ask(
      { kind: 'custom_sql', sql: 'select count(*) from data a, data b, data c' },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    const outcome = await running;
    assert.equal(!outcome.ok && outcome.error.code, 'TASK_CANCELLED');
  });
});

describe('a statement with many failed rows', () => {
  it('is answered within little memory, however long its texts are', async () => {
    const sql = "select lpad(id::varchar, 2000, 'x') as t, id, day, delay from data a, range(5)";
    const outcome = await kit.ask({ kind: 'failed_rows', sql }, { memoryMb });
    assert.equal(outcome.ok && outcome.value.value, 150_000);
  });

  it('is answered within little memory, however many there are', async () => {
    const sql = 'select a.id, a.day, a.delay from data a, range(400)';
    const outcome = await kit.ask({ kind: 'failed_rows', sql }, { memoryMb });
    assert.equal(outcome.ok && outcome.value.value, 12_000_000);
  });
});
