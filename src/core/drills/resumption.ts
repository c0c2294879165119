import type { NodeId, TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { DrillEffect, DrilledTask } from './history.ts';

/**
 * From `at` until the last of the tasks that a node held was running somewhere else, ms; undefined when one of them was not
 * done elsewhere. A task counts from the start of the attempt that was committed.
 */
export function resumedElsewhereMs(
  tasks: readonly DrilledTask[],
  lost: { readonly node: NodeId; readonly held: readonly TaskName[]; readonly at: Instant },
): number | undefined {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  let longestMs: number | undefined;
  for (const name of lost.held) {
    const task = byName.get(name);
    if (task?.status !== 'done' || task.node === lost.node) return undefined;
    longestMs = Math.max(longestMs ?? 0, task.startedAt - lost.at);
  }
  return longestMs;
}

/** From `at` until the first task began that another leader than that of `epoch` had given away, ms. */
export function firstOfOtherLeaderMs(
  history: { readonly tasks: readonly DrilledTask[]; readonly effects: readonly DrillEffect[] },
  before: { readonly epoch: bigint; readonly at: Instant },
): number | undefined {
  const others = new Set(history.effects.filter(({ epoch }) => epoch !== before.epoch).map(addressOf));
  const starts = history.tasks.filter((task) => others.has(task.name)).map((task) => task.startedAt);
  const first = Math.min(...starts.filter((start) => start >= before.at));
  return Number.isFinite(first) ? first - before.at : undefined;
}

/** The leader of the tasks that were committed last before `at`. */
export function epochBefore(effects: readonly DrillEffect[], at: Instant): bigint | undefined {
  const before = effects.filter((effect) => effect.at <= at).toSorted((a, b) => a.at - b.at);
  return before.at(-1)?.epoch;
}

/** The longest time after `at` in which no task began, ms; undefined when none began after it. */
export function longestPauseMs(tasks: readonly DrilledTask[], at: Instant): number | undefined {
  const starts = tasks.map(({ startedAt }) => startedAt).filter((start) => start >= at);
  let [last, longest]: [number, number] = [at, 0];
  for (const start of starts.toSorted((a, b) => a - b)) {
    longest = Math.max(longest, start - last);
    last = start;
  }
  return starts.length === 0 ? undefined : longest;
}

function addressOf({ name }: DrillEffect): TaskName {
  return name;
}
