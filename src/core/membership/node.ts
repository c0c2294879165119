import type { Failure } from '../../base/errors.ts';
import type { JobId, NodeId, SourceName, TaskId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { TaskSpec } from '../jobs/task.ts';

/** What a data node is: it does not change while the node lives. */
export type NodeDescription = {
  readonly id: NodeId;
  readonly host: string;
  readonly version: string;
  readonly region: string;
  readonly zone: string;
  /** Tasks that it runs at once. */
  readonly slots: number;
  readonly memoryMb: number;
  readonly startedAt: Instant;
  /** The kinds of task that it can do, also such as this version has never heard of; absent: those of the first release. */
  readonly kinds?: readonly string[];
};

/** Whether a node can do tasks of a kind. Kinds are free text here: either side may know some that the other does not. */
export function canDo(node: NodeDescription, kind: string): boolean {
  return (node.kinds ?? firstKinds).includes(kind);
}

/** What nodes of the first release can do, which did not say so. */
const firstKinds: readonly string[] = ['lookup', 'ingest', 'measure', 'query', 'evaluate', 'notify'];

/** A task given to a node by the leader. It stands until its end was reported and the leader has taken note. */
export type Assignment = {
  readonly task: TaskId;
  readonly job: JobId;
  readonly spec: TaskSpec;
  /** From 1. */
  readonly attempt: number;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly epoch: bigint;
  /** When it was given, by the leader's clock. A report that does not repeat it speaks of an earlier assignment. */
  readonly assignedAt: Instant;
  /** Of its job; absent from leaders of releases without traces. */
  readonly traceId?: string;
};

/** What a node says of itself, about four times a second and at once when a task ends. */
export type NodeReport = {
  readonly node: NodeId;
  readonly at: Instant;
  /** 0–1 of all cores of the node's machine. */
  readonly cpu: number;
  /** By the node with its workers. */
  readonly memoryUsedMb: number;
  /** What of the machine the node itself uses; absent where nobody measures, and from older nodes. */
  readonly own?: OwnLoad;
  readonly running: readonly RunningTask[];
  /** Ends that the leader has not taken note of: kept until their assignment is gone. */
  readonly ended: readonly EndedTask[];
  /** Why it takes nothing new, when it does not: it is about to leave, or has more than it can do. */
  readonly unavailable?: 'stopping' | 'overloaded';
  /** What it has seen of sources lately; absent from older nodes. */
  readonly sources?: readonly SourceReport[];
};

/** What a node knows of a source that it asks. */
export type SourceReport = {
  readonly name: SourceName;
  /** `open`: it failed too often and is left alone. `half_open`: the next call is a probe. */
  readonly state: 'closed' | 'open' | 'half_open';
  /** Calls at once that the node makes now: 0 while it is open, 1 for the probe. */
  readonly limit: number;
  /** What the source's datasets allow in all. */
  readonly ceiling: number;
  readonly running: number;
  readonly latencyMs?: number;
  /** Until the next probe, of an open one. */
  readonly retryInMs?: number;
  readonly lastFailure?: Pick<Failure, 'code' | 'message'>;
};

/** A node's use of its machine, with its workers. It is for people: it decides nothing. */
export type OwnLoad = {
  /** 0–1 of all cores. */
  readonly cpu: number;
  /** From and to disks. */
  readonly readBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
  /** The longest that its event loop was late since its last report. */
  readonly loopDelayMs: number;
};

/** Which assignment a report speaks of: a task may come to a node twice in the same attempt. */
export type ToldTask = Pick<Assignment, 'task' | 'attempt' | 'assignedAt'>;

export type RunningTask = ToldTask & {
  /** 0–1, when known. */
  readonly progress?: number;
};

export type EndedTask = ToldTask & {
  readonly end: TaskEnd;
  /** How long it ran on its node; absent when it never began. */
  readonly tookMs?: number;
};

/**
 * `committed`: its outcome stands in the database. `failed`: nothing was committed. `died`: its worker process died.
 * `released`: given back untouched (drain, stop, a source that is left alone); costs no attempt. With `afterMs` it is of no
 * use before.
 */
export type TaskEnd =
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'died'; readonly failure: Failure }
  | { readonly kind: 'released'; readonly afterMs?: number; readonly failure?: Failure };
