import type { TaskKind } from '../jobs/task.ts';
import type { Draft } from './draft.ts';
import type { LeaderMemory } from './memory.ts';

/** The weight of one tick's mean in the moving average. */
const weight = 0.2;

/** The moving average of each kind's duration, with the tasks that were committed in this tick taken in. */
export function learnDurations(draft: Draft, memory: LeaderMemory): LeaderMemory['durations'] {
  const sums = new Map<TaskKind, { totalMs: number; tasks: number }>();
  for (const { id } of draft.committed) {
    const ref = draft.refs.get(id);
    const since = memory.slotted.get(id)?.since;
    if (ref === undefined || since === undefined) continue;
    const { kind } = ref.task.plan.spec;
    const sum = sums.get(kind) ?? { totalMs: 0, tasks: 0 };
    sums.set(kind, { totalMs: sum.totalMs + Math.max(0, draft.now - since), tasks: sum.tasks + 1 });
  }
  if (sums.size === 0) return memory.durations;
  const durations = new Map(memory.durations);
  for (const [kind, { totalMs, tasks }] of sums) {
    const before = durations.get(kind) ?? totalMs / tasks;
    durations.set(kind, before + weight * (totalMs / tasks - before));
  }
  return durations;
}
