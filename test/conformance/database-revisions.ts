import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../src/base/units.ts';
import { columnType } from '../../src/core/datasets/schema.ts';
import type { WorldOf } from './database.ts';
import {
  at,
  commit,
  evaluateOutput,
  ingestOutput,
  key,
  keysOf,
  type TestWorld,
} from './database-fixtures.ts';

export function revisionStoreConformance(worldOf: WorldOf): void {
  describe('revisions', () => {
    it('gives back a revision as it was committed', async () => {
      const world = worldOf();
      const revision = world.revision('kind=\u001bb\ud800', {
        schema: [
          { name: 'a\0', type: columnType('DOUBLE') },
          { name: 'b', type: columnType('DECIMAL(18,2)') },
        ],
        rowCount: 2 ** 45 + 1,
        rejected: { count: 3, samples: [{ file: 'f', row: 7, reason: 'bad', text: '\0\u001b{"a":\ud800' }] },
        sizeBytes: 2 ** 44 + 3,
        modifiedAt: instant(1_234.5),
        batches: [
          { index: 0, location: 'l0', rowCount: 2 ** 40, sizeBytes: 5, checksum: 'c0' },
          { index: 1, location: 'l1\u001b', rowCount: 1, sizeBytes: 6, checksum: 'c1' },
        ],
      });
      const reference = await world.ingested(revision.partition, revision);
      assert.deepEqual(reference, { dataset: world.dataset, partition: revision.partition, number: 1 });
      const { revisions } = world.database;
      assert.deepEqual(await revisions.get(reference), { ...revision, number: 1 });
      assert.deepEqual(await revisions.newest(world.dataset, revision.partition), { ...revision, number: 1 });
      assert.deepEqual(await revisions.batchLocations(world.dataset), new Set(['l0', 'l1\u001b']));
      assert.equal(await revisions.get({ ...reference, number: 2 }), undefined);
      assert.equal(await revisions.newest(world.dataset, key('other')), undefined);
    });

    it('makes a new revision of changed content and keeps the old one', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      assert.equal((await world.ingested('p', { contentHash: 'one', fingerprint: 'f1' }))?.number, 1);
      assert.equal((await world.ingested('p', { contentHash: 'two', fingerprint: 'f2' }))?.number, 2);
      assert.equal((await world.ingested('p', { contentHash: 'one', fingerprint: 'f3' }))?.number, 3);
      assert.deepEqual(await revisions.fingerprints(world.dataset), new Map([['p', 'f3']]));
      assert.equal((await revisions.get(world.reference('p', 2)))?.contentHash, 'two');
      assert.equal((await revisions.batchLocations(world.dataset)).size, 3);
    });

    it('notes only the fingerprint of content that it has already', async () => {
      const world = worldOf();
      const { revisions, jobs } = world.database;
      await world.ingested('p', { contentHash: 'same', fingerprint: 'f1' });
      const job = await world.enqueued({ kind: 'scan' });
      const depth = (await jobs.depth('quality')).total;
      const committed = await revisions.commitIngest({
        commit: commit(job, 'ingest/p', { ...ingestOutput, revision: world.reference('p', 9) }),
        revision: world.revision('p', { contentHash: 'same', fingerprint: 'f2' }),
        followUp: () => assert.fail('there is nothing to follow'),
      });
      assert.equal(committed.ok, true);
      assert.equal((await revisions.newest(world.dataset, key('p')))?.number, 1);
      assert.deepEqual(await revisions.fingerprints(world.dataset), new Map([['p', 'f2']]));
      assert.equal((await revisions.batchLocations(world.dataset)).size, 1);
      assert.equal((await jobs.depth('quality')).total, depth);
      const [outcome] = (await jobs.outcomes([job.id])).get(job.id) ?? [];
      assert.deepEqual(outcome?.output, ingestOutput);
    });

    it('checks content again that it has already, when somebody asks for it', async () => {
      const world = worldOf();
      const { revisions, jobs } = world.database;
      await world.ingested('p', { contentHash: 'same' });
      const job = await world.enqueued({ kind: 'scan', force: true });
      const next = world.job({ kind: 'check', revision: world.reference('p'), batches: 1 });
      const numbers: number[] = [];
      const again = world.revision('p', { contentHash: 'same' });
      await revisions.commitIngest({
        commit: commit(job, 'ingest/p', ingestOutput),
        revision: again,
        recheck: true,
        followUp: ({ number }) => {
          numbers.push(number);
          return next;
        },
      });
      assert.deepEqual(numbers, [1]);
      const { batches } = (await revisions.get(world.reference('p'))) ?? {};
      assert.deepEqual(batches, again.batches, 'files that were damaged are replaced');
      const [outcome] = (await jobs.outcomes([job.id])).get(job.id) ?? [];
      assert.deepEqual(outcome?.output, { ...ingestOutput, revision: world.reference('p') });
      assert.equal((await revisions.newest(world.dataset, key('p')))?.number, 1);
      assert.deepEqual(await jobs.open([next.id]), [next]);
    });

    it('knows refused content by its fingerprint until other content is taken', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      await world.ingested('p', { contentHash: 'good', fingerprint: 'f1' });
      await refuse(world, 'p', 'f2');
      await refuse(world, 'never', 'f3');
      const refused = new Map([
        ['p', 'f2'],
        ['never', 'f3'],
      ]);
      assert.deepEqual(await revisions.fingerprints(world.dataset), refused);
      assert.equal(await revisions.newest(world.dataset, key('never')), undefined);
      assert.deepEqual(
        (await revisions.partitions({ dataset: world.dataset, limit: 10 })).map((one) => one.partition),
        ['p'],
      );
      await world.ingested('p', { contentHash: 'other', fingerprint: 'f4' });
      await world.ingested('never', { contentHash: 'first', fingerprint: 'f5' });
      const taken = new Map([
        ['p', 'f4'],
        ['never', 'f5'],
      ]);
      assert.deepEqual(await revisions.fingerprints(world.dataset), taken);
    });

    it('has the old content judged again that comes back after a refusal', async () => {
      const world = worldOf();
      const { revisions, jobs } = world.database;
      await world.ingested('p', { contentHash: 'same', fingerprint: 'f1' });
      await refuse(world, 'p', 'f2');
      const depth = (await jobs.depth('quality')).total;
      assert.deepEqual(
        await world.ingested('p', { contentHash: 'same', fingerprint: 'f3' }),
        world.reference('p', 1),
      );
      assert.deepEqual(await revisions.fingerprints(world.dataset), new Map([['p', 'f3']]));
      assert.equal((await jobs.depth('quality')).total, depth + 1);
    });

    it('stores the revision with the task, and its follow-up in the queue', async () => {
      const world = worldOf();
      const { revisions, jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      const reference = world.reference('p');
      const next = world.job({ kind: 'check', revision: reference, batches: 1 });
      await revisions.commitIngest({
        commit: commit(job, 'ingest/p', ingestOutput),
        revision: world.revision('p'),
        followUp: () => next,
      });
      const [outcome] = (await jobs.outcomes([job.id])).get(job.id) ?? [];
      assert.deepEqual(outcome?.output, { ...ingestOutput, revision: reference });
      assert.deepEqual(await jobs.open([next.id]), [next]);
    });

    it('numbers concurrent ingests of one partition one after the other', async () => {
      const world = worldOf();
      const references = await Promise.all(Array.from({ length: 6 }, () => world.ingested('p')));
      assert.deepEqual(new Set(references.map((one) => one?.number)), new Set([1, 2, 3, 4, 5, 6]));
    });

    it('finds the schema of the last partition before another', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      const schema = (name: string) => [{ name, type: columnType('INTEGER') }];
      assert.equal(await revisions.schemaBefore(world.dataset), undefined);
      await world.ingested('2001-01-03', { schema: schema('three') });
      await world.ingested('2001-01-01', { schema: schema('one') });
      await world.ingested('2001-01-01', { schema: schema('one again') });
      assert.deepEqual(await revisions.schemaBefore(world.dataset, key('2001-01-03')), {
        revision: world.reference('2001-01-01', 2),
        schema: schema('one again'),
      });
      assert.equal((await revisions.schemaBefore(world.dataset))?.revision.partition, '2001-01-03');
      assert.equal(await revisions.schemaBefore(world.dataset, key('2001-01-01')), undefined);
    });

    it('lists as measured only newest revisions whose batches all have a profile', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      const batches = [0, 1].map((index) => ({
        index,
        location: `l${index}`,
        rowCount: 1,
        sizeBytes: 1,
        checksum: 'c',
      }));
      for (const partition of ['2001-01-01', '2001-01-02', '2001-01-03'])
        await world.ingested(partition, { batches });
      await world.ingested('2001-01-04', { batches: [] });
      await world.measured(world.reference('2001-01-01'), 0);
      await world.measured(world.reference('2001-01-01'), 1);
      await world.measured(world.reference('2001-01-02'), 1);
      await world.measured(world.reference('2001-01-03'), 0);
      await world.measured(world.reference('2001-01-03'), 1);
      const all = { dataset: world.dataset, limit: 10 };
      assert.deepEqual(keysOf(await revisions.measured(all)), ['2001-01-01', '2001-01-03', '2001-01-04']);
      await world.ingested('2001-01-03', { batches });
      assert.deepEqual(keysOf(await revisions.measured(all)), ['2001-01-01', '2001-01-04']);
      const [first] = await revisions.measured(all);
      const stored = await revisions.get(world.reference('2001-01-01'));
      assert.ok(stored);
      const { batches: _, ...withoutBatches } = stored;
      assert.deepEqual(first, withoutBatches);
    });

    it('pages through the measured revisions of a frame, both ends inclusive', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      const keys = [
        '2001-01-30T23',
        '2001-01-31T00',
        '2001-01-31T23',
        '2001-02-01T00',
        '2001-02-28T05',
        '2001-03-01T00',
      ];
      for (const one of keys) await world.ingested(one, { batches: [] });
      const frame = { dataset: world.dataset, from: '2001-01-31', to: '2001-02', limit: 2 };
      const first = await revisions.measured(frame);
      assert.deepEqual(keysOf(first), ['2001-01-31T00', '2001-01-31T23']);
      const rest = await revisions.measured({ ...frame, after: key('2001-01-31T23'), limit: 9 });
      assert.deepEqual(keysOf(rest), ['2001-02-01T00', '2001-02-28T05']);
      assert.deepEqual(await revisions.measured({ ...frame, after: key('2001-02-28T05') }), []);
    });

    it('shows a line for each partition, newest first', async () => {
      const world = worldOf();
      const { revisions } = world.database;
      for (const one of ['2001-01-01', '2001-01-02', '2001-01-03']) await world.ingested(one);
      await world.ingested('2001-01-02', {
        rowCount: 77,
        rejected: { count: 5, samples: [] },
        ingestedAt: at(55),
      });
      await world.evaluated([
        world.evaluation('2001-01-01', {
          results: [
            world.result('2001-01-01', { check: 'a', status: 'pass' }),
            world.result('2001-01-01', { check: 'b', status: 'warn' }),
            world.result('2001-01-01', { check: 'c', status: 'not_evaluated' }),
          ],
        }),
        world.evaluation('2001-01-02', { results: [world.result('2001-01-02', { status: 'fail' })] }),
      ]);
      const { dataset } = world;
      assert.deepEqual(await revisions.partitions({ dataset, limit: 2 }), [
        { partition: '2001-01-03', revision: 1, rowCount: 10, rejectedCount: 0, ingestedAt: at(7) },
        { partition: '2001-01-02', revision: 2, rowCount: 77, rejectedCount: 5, ingestedAt: at(55) },
      ]);
      const [last] = await revisions.partitions({ dataset, limit: 2, before: key('2001-01-02') });
      assert.equal(last?.status, 'warn');
      const both = { datasets: [dataset, 'of-nobody' as typeof dataset], perDataset: 2 };
      assert.deepEqual(
        await revisions.lastPartitions(both),
        new Map([[dataset, await revisions.partitions({ dataset, limit: 2 })]]),
      );
    });
  });
}

/** Commits that the content of a partition, as its provider lists it, can not be ingested. */
async function refuse(world: TestWorld, partition: string, fingerprint: string): Promise<void> {
  const job = await world.enqueued({ kind: 'learn' });
  const committed = await world.database.quality.commitEvaluate({
    commit: commit(job, 'evaluate', evaluateOutput),
    dataset: world.dataset,
    evaluations: [],
    refused: { partition: key(partition), fingerprint },
    incidents: () => [],
  });
  assert.equal(committed.ok, true);
}
