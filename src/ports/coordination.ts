import type { ClusterName, JobId, NodeId } from '../base/ids.ts';
import type { LiveJob } from '../core/jobs/live.ts';
import type { ClusterView } from '../core/membership/cluster-view.ts';
import type { Assignment, NodeDescription, NodeReport } from '../core/membership/node.ts';

/**
 * What is happening now in one cluster: membership, leadership, live tasks, reports, drain marks, configuration.
 * Nothing here must survive: all of it can be planned again from the database. Each entry has exactly one writer.
 *
 * Every method may reject with a `FailureError` while the connection is lost; callers hold no state that a failed
 * write would leave wrong, they look again. Listeners carry no data: they mean "look again", may coalesce, and are
 * called once more after every reconnect and when the session has expired.
 */
export interface Coordination {
  readonly cluster: ClusterName;
  /** The session as this process sees it. Only `connected` allows to decide or to start anything. */
  state(): SessionState;
  /**
   * Milliseconds since the coordination service last answered, on the monotonic clock. Above two thirds of
   * `sessionTimeoutMs` the process must decide nothing and start nothing, without waiting to be told.
   */
  lastReplyAgeMs(): number;
  readonly sessionTimeoutMs: number;

  /** Stands for election and returns at once; `onElected` and `onDeposed` alternate until the candidacy is withdrawn. */
  campaign(candidate: Candidate): Promise<Candidacy>;
  /** The present leader, if any. */
  leader(): Promise<LeaderView | undefined>;

  /** Registers a data node for as long as the session lives. */
  join(node: NodeDescription): Promise<NodeMembership>;

  /** Everything the leader decides from, read at one moment. */
  view(): Promise<ClusterView>;
  /** Calls `listener` when anything in `view()` may have changed. */
  watchView(listener: () => void): Unsubscribe;
  /**
   * Writes all decisions of one tick, whole or not at all, if `term` is still the leader's: otherwise the outcome is
   * `deposed` and nothing was written. Decisions that are larger than the service takes at once are written in parts,
   * each of them only under `term`, tables before work: what stands after a break in between is read anew, and is sound.
   */
  decide(term: LeaderTerm, decisions: Decisions): Promise<'written' | 'deposed'>;

  /** Asks that `node` gets no new task and gives back those it has not begun; `false` takes the mark back. */
  setDrain(node: NodeId, drain: boolean): Promise<void>;
  /** Dynamic configuration by key; undefined when not set. */
  getConfig(key: string): Promise<string | undefined>;
  setConfig(key: string, value: string | undefined): Promise<void>;
  watchConfig(listener: () => void): Unsubscribe;

  /** Ends the session cleanly: everything ephemeral that it owns vanishes at once. */
  close(): Promise<void>;
}

/** The present session on a cluster; undefined while there is none (before the first one, and between two). */
export type Coordinations = (cluster: ClusterName) => Coordination | undefined;

export type Unsubscribe = () => void;

/** `suspended`: no connection, the session may still live. `expired` and `closed` are final. */
export type SessionState = 'connected' | 'suspended' | 'expired' | 'closed';

export type Candidate = {
  readonly id: NodeId;
  readonly version: string;
  readonly onElected: (term: LeaderTerm) => void;
  /** Called on suspension too: a leader that can not be sure is none. */
  readonly onDeposed: () => void;
};

export interface Candidacy {
  /** Steps down, if leading, and stands no more. */
  withdraw(): Promise<void>;
}

/** One leadership of one process. Epochs grow for ever; every write and every commit carries the epoch. */
export type LeaderTerm = { readonly leader: NodeId; readonly epoch: bigint };

export type LeaderView = LeaderTerm & { readonly version: string };

export interface NodeMembership {
  /** The work assigned to this node now. */
  work(): Promise<readonly Assignment[]>;
  /** Calls `listener` when `work()` may have changed. */
  watchWork(listener: () => void): Unsubscribe;
  /** Replaces this node's report. */
  report(report: NodeReport): Promise<void>;
  /** Leaves the cluster at once. */
  leave(): Promise<void>;
}

/** What one tick of the leader changes. Absent entries stay as they are. */
export type Decisions = {
  /** The whole new work list of each of these nodes; an empty list removes it. */
  readonly work: ReadonlyMap<NodeId, readonly Assignment[]>;
  /** The new live table of each of these jobs; undefined removes it. */
  readonly jobs: ReadonlyMap<JobId, LiveJob | undefined>;
  /** Nodes that left long ago and have no work: their reports and drain marks go. */
  readonly forgotten?: ReadonlySet<NodeId>;
};
