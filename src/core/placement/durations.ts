import type { TaskKind } from '../jobs/task.ts';
import type { Draft } from './draft.ts';
import type { Durations } from './memory.ts';

/** Durations that are remembered of each kind. */
const rememberedMax = 64;
/** With fewer, nobody knows what is too long. */
const judgedMin = 4;

/** What is known of durations, with the tasks that were committed in this tick taken in. */
export function learnDurations(draft: Draft, before: Durations): Durations {
  const fresh = new Map<TaskKind, number[]>();
  for (const { id, tookMs } of draft.committed) {
    const kind = draft.refs.get(id)?.task.plan.spec.kind;
    if (kind === undefined || tookMs === undefined) continue;
    const list = fresh.get(kind) ?? [];
    list.push(tookMs);
    fresh.set(kind, list);
  }
  if (fresh.size === 0) return before;
  const durations = new Map(before);
  for (const [kind, list] of fresh) {
    durations.set(kind, [...(before.get(kind) ?? []), ...list].slice(-rememberedMax));
  }
  return durations;
}

/** What durations to expect, worked out once for each kind. */
export class Estimates {
  readonly #durations: Durations;
  readonly #sorted = new Map<TaskKind, readonly number[]>();

  constructor(durations: Durations) {
    this.#durations = durations;
  }

  /** The median; undefined while nothing is known. */
  usualMs(kind: TaskKind): number | undefined {
    return this.#quantile(kind, 0.5);
  }

  /** The third quartile; undefined while too little is known. */
  longMs(kind: TaskKind): number | undefined {
    return (this.#durations.get(kind)?.length ?? 0) < judgedMin ? undefined : this.#quantile(kind, 0.75);
  }

  #quantile(kind: TaskKind, part: number): number | undefined {
    let sorted = this.#sorted.get(kind);
    if (sorted === undefined) {
      sorted = (this.#durations.get(kind) ?? []).toSorted((a, b) => a - b);
      this.#sorted.set(kind, sorted);
    }
    return sorted[Math.floor(part * sorted.length)];
  }
}
