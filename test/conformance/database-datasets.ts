import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import type { WorldOf } from './database.ts';
import { at, commit, definitionOf, key, unique, value } from './database-fixtures.ts';

export function datasetStoreConformance(worldOf: WorldOf): void {
  describe('datasets', () => {
    it('gives back the definition as it was applied', async () => {
      const { database, dataset } = worldOf();
      const definition = definitionOf(dataset, {
        description: 'nul \0, escape \u001b, half a pair \ud800, all \u{1f600}',
        checks: [
          {
            metric: 'avg',
            settings: { bound: Number.NEGATIVE_INFINITY, zero: -0, not: Number.NaN, list: ['\udfff'] },
            threshold: {
              kind: 'set',
              level: 'warn',
              conditions: [{ operator: 'must_be', value: Number.POSITIVE_INFINITY }],
            },
          },
        ],
      });
      assert.deepEqual(await database.datasets.apply(definition, at(1)), { changed: true, version: 1 });
      assert.deepEqual(await database.datasets.get(dataset), {
        definition,
        version: 1,
        registeredAt: at(1),
        updatedAt: at(1),
      });
    });

    it('counts a version only for a definition that differs', async () => {
      const { database, dataset } = worldOf();
      const definition = definitionOf(dataset, { columns: [{ name: 'a', checks: [] }] });
      await database.datasets.apply(definition, at(1));
      const same = Object.fromEntries(Object.entries(definition).toReversed()) as typeof definition;
      assert.deepEqual(await database.datasets.apply(same, at(2)), { changed: false, version: 1 });
      assert.equal((await database.datasets.get(dataset))?.updatedAt, at(1));
      const other = definitionOf(dataset, { owner: 'new@example.org' });
      assert.deepEqual(await database.datasets.apply(other, at(3)), { changed: true, version: 2 });
      assert.deepEqual(await database.datasets.get(dataset), {
        definition: other,
        version: 2,
        registeredAt: at(1),
        updatedAt: at(3),
      });
    });

    it('gives each of many concurrent changes a version of its own', async () => {
      const { database, dataset } = worldOf();
      const applied = await Promise.all(
        Array.from({ length: 8 }, (_, nth) =>
          database.datasets.apply(definitionOf(dataset, { owner: `o${nth}` }), at(nth)),
        ),
      );
      assert.deepEqual(new Set(applied.map((one) => one.version)), new Set([1, 2, 3, 4, 5, 6, 7, 8]));
    });

    it('replaces a definition once for each version that somebody has seen', async () => {
      const { database, dataset } = worldOf();
      const owned = (owner: string) => definitionOf(dataset, { owner });
      assert.equal(await database.datasets.replace(owned('nobody'), { version: 1, at: at(1) }), false);
      assert.equal(await database.datasets.get(dataset), undefined);
      await database.datasets.apply(owned('first'), at(1));
      const replaced = await Promise.all(
        ['a', 'b', 'c'].map((owner) => database.datasets.replace(owned(owner), { version: 1, at: at(2) })),
      );
      assert.deepEqual(replaced.filter(Boolean), [true]);
      assert.equal(await database.datasets.replace(owned('late'), { version: 1, at: at(3) }), false);
      const { version, updatedAt } = (await database.datasets.get(dataset)) ?? {};
      assert.deepEqual({ version, updatedAt }, { version: 2, updatedAt: at(2) });
    });

    it('lists datasets by name and knows nothing of others', async () => {
      const { database } = worldOf();
      const names = [unique('z'), unique('a'), unique('a')] as DatasetName[];
      for (const name of names) await database.datasets.apply(definitionOf(name), at(1));
      const listed = (await database.datasets.list()).map((one) => one.definition.dataset);
      assert.deepEqual(
        listed.filter((name) => names.includes(name)),
        names.toSorted(),
      );
      assert.equal(await database.datasets.get('unknown' as DatasetName), undefined);
      for (const name of names) await database.datasets.remove(name);
    });

    it('remembers the listing of the last committed lookup', async () => {
      const world = worldOf();
      const { database, dataset } = world;
      assert.equal(await database.datasets.getListing(dataset), undefined);
      for (const listing of [{ files: [{ path: '/a\0', keys: [1, null] }] }, ['second']]) {
        const job = await world.enqueued({ kind: 'scan' });
        const committed = await database.revisions.commitLookup(
          commit(job, 'lookup', { kind: 'lookup', changed: [], unchanged: 2 }),
          { dataset, listing },
        );
        assert.equal(committed.ok, true);
        assert.deepEqual(await database.datasets.getListing(dataset), listing);
      }
    });

    it('removes a dataset with all that belongs to it, and nothing else', async () => {
      const world = worldOf();
      const { database, dataset } = world;
      const other = definitionOf(unique('other') as DatasetName);
      await database.datasets.apply(other, at(1));
      await database.datasets.apply(definitionOf(dataset), at(1));
      const revision = await world.ingested('2001-01-01');
      assert.ok(revision);
      await world.measured(revision);
      const result = world.result('2001-01-01');
      await world.evaluated(
        [
          world.evaluation('2001-01-01', {
            values: [value('row_count', 1)],
            details: [{ metric: 'top_values', column: 'a', values: [], countError: 0 }],
            results: [result],
          }),
        ],
        [world.incident(unique('i'))],
      );
      const job = await world.enqueued({ kind: 'scan' });

      assert.deepEqual(await database.datasets.remove(dataset), { ok: true, value: undefined });

      assert.equal(await database.datasets.get(dataset), undefined);
      assert.equal(await database.revisions.get(revision), undefined);
      assert.deepEqual(await database.quality.profiles(revision), []);
      assert.deepEqual(await database.quality.details(revision), []);
      assert.equal(await database.quality.result(result.id), undefined);
      assert.deepEqual(await database.quality.incidents({ dataset, limit: 10 }), []);
      assert.deepEqual((await database.quality.history({ dataset, limit: 10 })).partitions, []);
      assert.equal((await database.revisions.batchLocations(dataset)).size, 0);
      assert.deepEqual(await database.jobs.list({ dataset, limit: 10 }), []);
      assert.ok(await database.datasets.get(other.dataset));
      const late = await database.revisions.commitIngest({
        commit: commit(job, 'ingest/x', { kind: 'ingest', rowCount: 1, rejectedCount: 0, sizeBytes: 1 }),
        revision: world.revision('x'),
        followUp: () => assert.fail('the job is gone'),
      });
      assert.equal(late.ok ? undefined : late.error.code, 'COMMIT_SUPERSEDED');
      assert.equal(await database.revisions.newest(dataset, key('x')), undefined);
      await database.datasets.remove(other.dataset);
    });

    it('says that an unknown dataset can not be removed', async () => {
      const removed = await worldOf().database.datasets.remove('unknown' as DatasetName);
      assert.equal(removed.ok ? undefined : removed.error.code, 'DATASET_NOT_FOUND');
    });
  });
}
