import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId } from '../../src/base/ids.ts';
import type { WorldOf } from './database.ts';
import { at, commit } from './database-fixtures.ts';

export function exerciseConformance(worldOf: WorldOf): void {
  const spec = { kind: 'exercise', tasks: 2, busyMs: 0 } as const;
  const output = { kind: 'exercise', value: 2 ** 32 - 1 } as const;

  describe('effects of exercises', () => {
    it('stand with the outcome of their task, with who committed it', async () => {
      const { database } = worldOf();
      const job = await worldOf().enqueued(spec);
      const other = await worldOf().enqueued(spec);
      const second = commit(job, 'exercise/1', output);
      const epoch = 2n ** 62n + 1n;
      const fence = { ...second.fence, epoch };
      assert.deepEqual(await database.exercises.commitExercise({ ...second, fence }), {
        ok: true,
        value: undefined,
      });
      await database.exercises.commitExercise(commit(job, 'exercise/0', output));
      await database.exercises.commitExercise(commit(other, 'exercise/0', output));
      const effects = await database.exercises.effects([job.id]);
      assert.deepEqual(
        effects.map(({ name }) => name),
        ['exercise/0', 'exercise/1'],
      );
      const { attempt, node, name } = fence;
      const { value } = output;
      assert.deepEqual(effects[1], { job: job.id, name, node, attempt, epoch, at: second.endedAt, value });
      const outcomes = await database.jobs.outcomes([job.id]);
      assert.deepEqual(
        outcomes.get(job.id)?.map((outcome) => outcome.output),
        [output, output],
      );
    });

    it('are left once, however often a task is committed', async () => {
      const { database } = worldOf();
      const job = await worldOf().enqueued(spec);
      const once = commit(job, 'exercise/0', output);
      await database.exercises.commitExercise(once);
      const again = await database.exercises.commitExercise(once);
      assert.equal(again.ok ? 'ok' : again.error.code, 'COMMIT_SUPERSEDED');
      assert.equal((await database.exercises.effects([job.id])).length, 1);
    });

    it('are refused when the job has ended', async () => {
      const { database } = worldOf();
      const job = await worldOf().enqueued(spec);
      const end = { status: 'cancelled', endedAt: at(1), tasks: 0, tasksFailed: 0 } as const;
      await database.jobs.end([{ id: job.id, end }]);
      const late = await database.exercises.commitExercise(commit(job, 'exercise/0', output));
      assert.equal(late.ok ? 'ok' : late.error.code, 'COMMIT_SUPERSEDED');
      assert.deepEqual(await database.exercises.effects([job.id]), []);
    });

    it('go with how many jobs of a dataset are open and have ended', async () => {
      const { database, dataset } = worldOf();
      const job = await worldOf().enqueued(spec);
      await worldOf().enqueued({ kind: 'scan' });
      await worldOf().enqueued(spec);
      const end = { status: 'succeeded', endedAt: at(1), tasks: 0, tasksFailed: 0 } as const;
      await database.jobs.end([{ id: job.id, end }]);
      const counts = await database.exercises.jobCounts([dataset, 'unknown' as typeof dataset]);
      assert.deepEqual([...counts], [[dataset, { open: 2, ended: 1 }]]);
    });

    it('of jobs that nobody knows are none', async () => {
      assert.deepEqual(await worldOf().database.exercises.effects([jobId('unknown')]), []);
    });
  });
}
