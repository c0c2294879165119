import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Chunk, cutIntoChunks } from '../../../../src/adapters/zookeeper/coordination/chunks.ts';
import { limits } from '../../../../src/base/limits.ts';
import type { LiveTask } from '../../../../src/core/jobs/live.ts';
import { liveTask } from '../../../support/live-cluster.ts';

/** One step of a window over a plan: some tasks leave, some change, some come in at the end. */
const window = fc.record({
  leave: fc.array(fc.nat(60), { maxLength: 10 }),
  change: fc.array(fc.nat(60), { maxLength: 4 }),
  come: fc.array(fc.constantFrom(1, 100, 6_000, 20_000), { maxLength: 40 }),
});

let names = 0;

function freshTask(nameLength: number): LiveTask {
  names += 1;
  return liveTask(`${names}-${'x'.repeat(nameLength)}`);
}

function move(tasks: readonly LiveTask[], by: typeof window extends fc.Arbitrary<infer T> ? T : never) {
  const left = tasks.filter((_, at) => !by.leave.includes(at));
  const changed = left.map((task, at) =>
    by.change.includes(at) ? { ...task, attempts: task.attempts + 1 } : task,
  );
  return [...changed, ...by.come.map(freshTask)];
}

function tasksOf(chunks: readonly Chunk[]): readonly LiveTask[] {
  return chunks.flatMap((chunk) => chunk.tasks);
}

describe('chunks of a live table', () => {
  it('hold the table in its order, whatever changes, in numbers that grow and pieces that a server takes', () => {
    fc.assert(
      fc.property(fc.array(window, { maxLength: 12 }), fc.boolean(), (steps, shuffled) => {
        let [chunks, tasks]: [readonly Chunk[], readonly LiveTask[]] = [[], []];
        for (const step of steps) {
          tasks = move(tasks, step);
          if (shuffled) tasks = tasks.toReversed();
          chunks = cutIntoChunks(chunks, tasks);
          assert.deepEqual(tasksOf(chunks), tasks);
          for (const [at, chunk] of chunks.entries()) {
            assert.ok(chunk.number > (chunks[at - 1]?.number ?? -1));
            assert.ok(chunk.tasks.length > 0);
            assert.ok(chunk.length <= limits.zooKeeperChunkLengthMax || chunk.tasks.length === 1);
          }
        }
      }),
    );
  });

  it('stay the same objects where no task changes', () => {
    const tasks = Array.from({ length: 400 }, () => freshTask(100));
    const before = cutIntoChunks([], tasks);
    assert.ok(before.length > 10);
    assert.deepEqual(cutIntoChunks(before, tasks), before);
    const after = cutIntoChunks(
      before,
      tasks.map((task, at) => (at === 7 ? { ...task, attempts: 1 } : task)),
    );
    assert.deepEqual(
      after.flatMap((chunk, at) => (chunk === before[at] ? [] : [at])),
      [0],
    );
    const moved = cutIntoChunks(before, [...tasks.slice(3), freshTask(100)]);
    const same = moved.filter((chunk) => before.includes(chunk)).length;
    assert.ok(same >= before.length - 2, `${same} of ${before.length} chunks are the same`);
  });

  it('are cut anew when the tasks that stayed behind have left many small ones', () => {
    const tasks = Array.from({ length: 400 }, () => freshTask(100));
    const before = cutIntoChunks([], tasks);
    const firsts = before.flatMap((chunk) => chunk.tasks.slice(0, 1));
    const worn = cutIntoChunks(before, firsts);
    assert.equal(worn.length, before.length);
    const anew = cutIntoChunks(worn, firsts);
    assert.ok(anew.length * 4 < worn.length, `${worn.length} chunks have become ${anew.length}`);
    assert.deepEqual(tasksOf(anew), firsts);
  });
});
