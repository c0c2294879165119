import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId, nodeId, taskId, taskName } from '../../../src/base/ids.ts';
import { succeed } from '../../../src/base/outcome.ts';
import { exerciseValue } from '../../../src/core/drills/exercise-value.ts';
import type { OutputOf, TaskCommit } from '../../../src/ports/commit.ts';
import { ExerciseTask } from '../../../src/services/drills/exercise-task.ts';
import { testKit } from '../../support/kit.ts';

const job = jobId('j');
const name = taskName('exercise/3');

describe('an exercise task', () => {
  function begun(busyMs: number) {
    const kit = testKit();
    const commits: TaskCommit<OutputOf<'exercise'>>[] = [];
    const exercises = {
      commitExercise: async (commit: TaskCommit<OutputOf<'exercise'>>) => {
        commits.push(commit);
        return succeed(undefined);
      },
      effects: async () => [],
      jobCounts: async () => new Map(),
    };
    const stop = new AbortController();
    const fence = { job, task: taskId(job, name), name, attempt: 1, node: nodeId('n'), epoch: 1n };
    const context = { fence, signal: stop.signal, timeoutMs: 1, memoryMb: 1, progress: () => undefined };
    const end = new ExerciseTask(kit, { exercises }).run({ kind: 'exercise', number: 3, busyMs }, context);
    return { kit, commits, stop, end };
  }

  it('is busy as long as it was told, then commits the value of its address', async () => {
    const { kit, commits, end } = begun(500);
    await kit.clock.advance(499);
    assert.equal(commits.length, 0);
    await kit.clock.advance(1);
    assert.equal((await end).ok, true);
    assert.deepEqual(commits[0]?.output, { kind: 'exercise', value: exerciseValue(job, name) });
    assert.equal((commits[0]?.endedAt ?? 0) - (commits[0]?.startedAt ?? 0), 500);
  });

  it('commits nothing when it is interrupted', async () => {
    const { commits, stop, end } = begun(500);
    stop.abort();
    const outcome = await end;
    assert.equal(outcome.ok ? 'ok' : outcome.error.code, 'TASK_CANCELLED');
    assert.equal(commits.length, 0);
  });
});
