import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../src/base/errors.ts';
import type { QueryOutcome } from '../../src/core/checks/partition-query.ts';
import type { WorldOf } from './database.ts';
import { at, commit, definitionOf, type TestWorld } from './database-fixtures.ts';

export function queryConformance(worldOf: WorldOf): void {
  const sample = {
    columns: ['a', 'b\0'],
    rows: [
      ['1', null],
      ['\udc00', '\u001b'],
    ],
  };
  const counted: QueryOutcome = {
    metric: 'failed_rows(negative distance)',
    ok: true,
    answer: { value: 70, rows: 2 ** 40, sample },
  };
  const refused: QueryOutcome = {
    metric: 'custom_sql(hostile \u001b)',
    ok: false,
    failure: failure('QUERY_REFUSED', 'no', { hint: 'only select', cause: new Error('parse') }),
  };

  async function queried(world: TestWorld, outcomes: readonly QueryOutcome[], partition = 'p') {
    const revision = world.reference(partition);
    const job = await world.enqueued({ kind: 'check', revision, batches: 1, queries: true });
    const output = { kind: 'query', queries: outcomes.length, failed: 0 } as const;
    const once = commit(job, 'query', output);
    return { once, again: () => world.database.quality.commitQuery(once, { revision, outcomes }) };
  }

  describe('outcomes of queries', () => {
    it('come back as they were and in order, samples apart', async () => {
      const world = worldOf();
      const odd: QueryOutcome = { metric: 'custom_sql(b)', ok: true, answer: { value: Number.NaN, rows: 0 } };
      const none: QueryOutcome = { metric: 'custom_sql(a)', ok: true, answer: { value: undefined, rows: 3 } };
      const { again } = await queried(world, [refused, counted, odd, none]);
      assert.equal((await again()).ok, true);
      const outcomes = await world.database.quality.queryOutcomes(world.reference('p'));
      const bare = { ...counted, answer: { value: 70, rows: 2 ** 40 } };
      const valueless = { ...none, answer: { rows: 3 } };
      assert.deepEqual(outcomes, [refused, bare, odd, valueless]);
      assert.deepEqual(await world.database.quality.failedRows(world.reference('p')), [
        { metric: counted.metric, count: 70, ...sample },
      ]);
      assert.deepEqual(await world.database.quality.queryOutcomes(world.reference('p', 2)), []);
      const several = [world.reference('q'), world.reference('p'), world.reference('p', 2)];
      assert.deepEqual(await world.database.quality.queryOutcomesOf(several), [[], outcomes, []]);
      assert.deepEqual(await world.database.quality.queryOutcomesOf([]), []);
    });

    it('replace those of an earlier time, also by fewer', async () => {
      const world = worldOf();
      await (await queried(world, [refused, counted])).again();
      await (await queried(world, [refused])).again();
      assert.deepEqual(await world.database.quality.queryOutcomes(world.reference('p')), [refused]);
      assert.deepEqual(await world.database.quality.failedRows(world.reference('p')), []);
      await (await queried(world, [])).again();
      assert.deepEqual(await world.database.quality.queryOutcomes(world.reference('p')), []);
    });

    it('are committed once: a second commit of the task changes nothing', async () => {
      const world = worldOf();
      const { once, again } = await queried(world, [refused]);
      await again();
      const revision = world.reference('p');
      const late = await world.database.quality.commitQuery(once, { revision, outcomes: [counted] });
      assert.equal(late.ok ? 'ok' : late.error.code, 'COMMIT_SUPERSEDED');
      assert.deepEqual(await world.database.quality.queryOutcomes(revision), [refused]);
    });

    it('go with their dataset', async () => {
      const world = worldOf();
      await world.database.datasets.apply(definitionOf(world.dataset), at(0));
      await (await queried(world, [counted])).again();
      await world.database.datasets.remove(world.dataset);
      assert.deepEqual(await world.database.quality.queryOutcomes(world.reference('p')), []);
    });
  });
}
