import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, ChangePosition } from '../../src/ports/change-log.ts';
import type { WorldOf } from './database.ts';
import { at, jobEnd, type TestWorld, unique } from './database-fixtures.ts';

export function changeLogConformance(worldOf: WorldOf): void {
  describe('changes', () => {
    it('are noted of every dataset, partition, incident and job, with what it was', async () => {
      const world = worldOf();
      const { database } = world;
      const job = await world.enqueued({ kind: 'scan' });
      const incident = world.incident(unique('i'), { openedAt: at(1) });
      const begin = await database.changes.position();
      await database.jobs.control(job.id, 'pause');
      await database.jobs.end([{ id: job.id, end: jobEnd }]);
      assert.deepEqual(await changesOf(world, begin), [
        { kind: 'job', dataset: world.dataset, subject: job.id },
      ]);
      const ingested = await database.changes.position();
      await world.ingested('2001-01-01');
      assert.ok((await kindsSince(world, ingested)).includes('partition 2001-01-01'));
      const evaluated = await database.changes.position();
      await world.evaluated([world.evaluation('2001-01-01')], [incident]);
      const kinds = await kindsSince(world, evaluated);
      assert.ok(kinds.includes('partition 2001-01-01') && kinds.includes(`incident ${incident.id}`));
      const many = await database.changes.position();
      const evaluations = [world.evaluation('2001-01-02'), world.evaluation('2001-01-03')];
      await world.evaluated(evaluations);
      assert.ok((await kindsSince(world, many)).includes('partition undefined'));
    });

    it('come once settled, and from a place on that any reader may go on at', async () => {
      const world = worldOf();
      const { changes } = world.database;
      const seen: string[] = [];
      let position = await changes.position();
      const expected: string[] = [];
      for (let nth = 0; nth < 5; nth += 1) {
        expected.push((await world.enqueued({ kind: 'scan' })).id);
        const reading = await changes.since(position, 1_000);
        assert.equal(reading.kind, 'changes');
        if (reading.kind !== 'changes') return;
        seen.push(...reading.changes.filter(ours(world)).map(({ subject }) => String(subject)));
        assert.ok(reading.position > position);
        position = reading.position;
      }
      assert.deepEqual([...new Set(seen)], expected);
    });

    it('are lost to who asks for too many, from too long ago, or from another database', async () => {
      const world = worldOf();
      const { changes } = world.database;
      const begin = await changes.position();
      for (let nth = 0; nth < 3; nth += 1) await world.enqueued({ kind: 'scan' });
      assert.equal((await changes.since(begin, 2)).kind, 'lost');
      assert.equal((await changes.since(begin, 1_000)).kind, 'changes');
      assert.equal((await changes.since(begin + 1_000_000_000, 1_000)).kind, 'lost');
      assert.ok((await changes.trim(1)) > 0);
      assert.equal((await changes.since(begin, 1_000)).kind, 'lost');
      assert.equal((await changes.since(await changes.position(), 1_000)).kind, 'changes');
    });
  });
}

function ours(world: TestWorld): (change: Change) => boolean {
  return ({ dataset }) => dataset === world.dataset;
}

async function changesOf(world: TestWorld, from: ChangePosition): Promise<Change[]> {
  const reading = await world.database.changes.since(from, 1_000);
  assert.equal(reading.kind, 'changes');
  if (reading.kind !== 'changes') return [];
  const found = reading.changes.filter(ours(world)).map(({ kind, dataset, subject }) => ({
    kind,
    dataset,
    ...(subject === undefined ? {} : { subject }),
  }));
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

async function kindsSince(world: TestWorld, from: ChangePosition): Promise<string[]> {
  return (await changesOf(world, from)).map(({ kind, subject }) => `${kind} ${subject}`);
}
