import type { Instant } from '../../base/units.ts';

/** A look at how much a node has to do, and what its machine has left. Memory in parts of 0–1. */
export type LoadLook = {
  readonly at: Instant;
  /** Of the memory that the node's tasks may use together, by its workers and itself beyond what it needs when idle. */
  readonly ownMemory: number;
  /** Of the memory of the machine, or of the container, that can not be had back. */
  readonly machineMemory: number;
  /** The longest time for which the node's event loop did not come round since the last look. */
  readonly loopDelayMs: number;
  /** Tasks that the node runs. */
  readonly running: number;
};

/** `cpu`: the node gets so little of the cores that its own heartbeat suffers. */
export type LoadCause = 'own_memory' | 'machine_memory' | 'cpu';

/** How a node stands to its limits. */
export type LoadState =
  | { readonly state: 'normal' }
  /** Above a limit, and not yet for long enough. */
  | { readonly state: 'rising'; readonly cause: LoadCause; readonly since: Instant }
  | { readonly state: 'overloaded'; readonly cause: LoadCause };

/** A limit that is passed at `over` and left below `under`, so that a node near it does not come and go. */
type Band = { readonly over: number; readonly under: number };

const memoryBand: Band = { over: 0.95, under: 0.9 };
const delayMsBand: Band = { over: 500, under: 250 };
/** A stop for a moment may be a collection of garbage; memory that is gone is gone. */
const holdMs = { own_memory: 0, machine_memory: 0, cpu: 2_000 } as const satisfies Record<LoadCause, number>;

/**
 * Whether a node has more than it can do, by its own look. Busy cores are no overload, for that is what they are there
 * for, and a node can not know whom they are busy for; a node that can not even keep its own time is overloaded, whoever
 * takes the cores from it. What a node could change by ending its tasks counts only while it runs any: a worker may keep
 * memory after its task, and a node that waited for it to come back would wait for ever.
 */
export function judgeLoad(before: LoadState, look: LoadLook): LoadState {
  const cause = causes.find((each) => {
    const was = before.state === 'overloaded' && before.cause === each;
    return exceeds[each](look, was ? 'under' : 'over');
  });
  if (cause === undefined) return { state: 'normal' };
  if (before.state === 'overloaded') return { state: 'overloaded', cause };
  const since = before.state === 'rising' && before.cause === cause ? before.since : look.at;
  return look.at - since >= holdMs[cause]
    ? { state: 'overloaded', cause }
    : { state: 'rising', cause, since };
}

const causes = ['machine_memory', 'own_memory', 'cpu'] as const satisfies readonly LoadCause[];

/** Whether a look is above one end of a limit's band. */
const exceeds: Record<LoadCause, (look: LoadLook, end: keyof Band) => boolean> = {
  machine_memory: ({ machineMemory }, end) => machineMemory >= memoryBand[end],
  own_memory: ({ ownMemory, running }, end) => running > 0 && ownMemory >= memoryBand[end],
  cpu: ({ loopDelayMs, running }, end) => running > 0 && loopDelayMs >= delayMsBand[end],
};
