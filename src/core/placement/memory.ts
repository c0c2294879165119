import type { DatasetName, NodeId, TaskId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { TaskKind } from '../jobs/task.ts';
import type { Absences } from '../membership/absence.ts';
import type { NodeReport } from '../membership/node.ts';

/**
 * What a leader remembers from tick to tick, beside the view. It sharpens decisions and carries none: a new leader
 * starts with an empty one and learns the same within one session time-out.
 */
export type LeaderMemory = {
  /** The members at the last look. */
  readonly members: ReadonlySet<NodeId>;
  readonly absences: Absences;
  /** The last report of every node with work: a node's own may be gone together with the node. */
  readonly reports: ReadonlyMap<NodeId, NodeReport>;
  /** By this leader's clock, when each member's report was last seen to change. */
  readonly heard: ReadonlyMap<NodeId, Heard>;
  /** Since when nodes that left something behind have been neither members nor had work. */
  readonly gone: ReadonlyMap<NodeId, Instant>;
  /** By node, the tasks that have a slot there, and since when they have been seen as they are. */
  readonly slotted: ReadonlyMap<NodeId, ReadonlyMap<TaskId, Slotted>>;
  /** The order in which datasets were last served; higher is later. */
  readonly turns: ReadonlyMap<DatasetName, number>;
  readonly durations: Durations;
};

/** How long the last tasks of each kind ran on their nodes, in milliseconds, oldest first. */
export type Durations = ReadonlyMap<TaskKind, readonly number[]>;

export type Heard = { readonly reportAt: Instant | undefined; readonly since: Instant };

export type Slotted = {
  readonly assignedAt: Instant;
  readonly running: boolean;
  readonly since: Instant;
};

/** The memory of a leader that has just been elected. */
export const emptyMemory: LeaderMemory = {
  members: new Set(),
  absences: new Map(),
  reports: new Map(),
  heard: new Map(),
  gone: new Map(),
  slotted: new Map(),
  turns: new Map(),
  durations: new Map(),
};
