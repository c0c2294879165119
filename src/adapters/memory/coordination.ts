import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Coordination } from '../../ports/coordination.ts';
import { ClusterHub } from './hub.ts';
import { LocalSession } from './session.ts';

/** Coordination within one process: the sessions made here see each other, and nobody else sees them. */
export type LocalCoordination = {
  /** A new session on one of the two clusters. */
  session(cluster: ClusterName): LocalCoordinationSession;
};

/** A session whose connection tests can break. */
export type LocalCoordinationSession = Coordination & {
  /** Loses the connection. After the session time-out its ephemeral entries vanish for everybody else. */
  suspend(): void;
  /** Gets the connection back: the session goes on, or turns out to have expired. */
  resume(): void;
  /** Ends the session as a crash of its process does, without waiting for the time-out. */
  expire(): void;
};

/** What all sessions of a process share. */
export type Shared = {
  readonly clock: Clock;
  readonly sessionTimeoutMs: number;
  readonly config: Map<string, string>;
  readonly configListeners: Set<() => void>;
  /** Grows with every candidacy: the epoch of a leader. */
  nextEpoch(): bigint;
};

/** Makes the in-process coordination that stands in for a ZooKeeper ensemble on a laptop and in tests. */
export function createLocalCoordination(options: {
  readonly clock: Clock;
  readonly sessionTimeoutMs?: number;
}): LocalCoordination {
  const hubs = { ingestion: new ClusterHub(), quality: new ClusterHub() };
  let epoch = 0n;
  const shared: Shared = {
    clock: options.clock,
    sessionTimeoutMs: options.sessionTimeoutMs ?? limits.sessionTimeoutMs,
    config: new Map(),
    configListeners: new Set(),
    nextEpoch: () => {
      epoch += 1n;
      return epoch;
    },
  };
  return { session: (cluster) => new LocalSession(cluster, hubs[cluster], shared) };
}
