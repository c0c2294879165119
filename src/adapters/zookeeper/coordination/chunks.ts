import { limits } from '../../../base/limits.ts';
import type { LiveTask } from '../../../core/jobs/live.ts';
import { taskLength } from './table-entries.ts';

/** Some tasks of a live table that stand together in one node. The table is all its chunks in the order of their numbers. */
export type Chunk = {
  readonly number: number;
  readonly tasks: readonly LiveTask[];
  /** Characters of its tasks. */
  readonly length: number;
};

/**
 * Cuts a table into chunks. A task stays in the chunk in which it stands, so that only chunks with changed tasks are
 * written; chunks that stay as they are stay the same objects. A table is a window that moves over a plan: tasks leave
 * it anywhere and come in at its end. Any other change of their order is right too, and costs writing more of them.
 */
export function cutIntoChunks(before: readonly Chunk[], tasks: readonly LiveTask[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let next = 0;
  for (const chunk of isWorn(before) ? [] : before) {
    const begin = next;
    const kept: LiveTask[] = [];
    for (const standing of chunk.tasks) {
      const task = tasks[next];
      if (task?.plan.name !== standing.plan.name) continue;
      kept.push(task);
      next += 1;
    }
    const isSame = kept.length === chunk.tasks.length && kept.every((task, at) => task === chunk.tasks[at]);
    if (isSame) chunks.push(chunk);
    else if (next > begin) chunks.push(chunkOf(chunk.number, kept));
  }
  return append(chunks, tasks.slice(next), (before.at(-1)?.number ?? -1) + 1);
}

/** Puts tasks into the last chunk while there is room, then into new ones. */
function append(chunks: Chunk[], tasks: readonly LiveTask[], firstFree: number): readonly Chunk[] {
  let number = firstFree;
  for (const task of tasks) {
    const last = chunks.at(-1);
    const length = (last?.length ?? 0) + taskLength(task);
    if (last !== undefined && length <= limits.zooKeeperChunkLengthMax) {
      chunks[chunks.length - 1] = { number: last.number, tasks: [...last.tasks, task], length };
    } else {
      chunks.push(chunkOf(number, [task]));
      number += 1;
    }
  }
  return chunks;
}

function chunkOf(number: number, tasks: readonly LiveTask[]): Chunk {
  return { number, tasks, length: tasks.reduce((sum, task) => sum + taskLength(task), 0) };
}

/** Whether tasks that stayed behind have left so many small chunks that it is better to cut anew. */
function isWorn(chunks: readonly Chunk[]): boolean {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return chunks.length > 8 && length * 8 < chunks.length * limits.zooKeeperChunkLengthMax;
}
