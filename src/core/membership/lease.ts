/** What a process knows of its own session, by its own monotonic clock. */
export type Lease = {
  readonly connected: boolean;
  /** Since the coordination service last answered. */
  readonly lastReplyAgeMs: number;
  readonly sessionTimeoutMs: number;
};

/**
 * Whether a process may decide and start things now. Only below two thirds of its session time-out since the last
 * reply: the service may end the session after the whole of it, and the last third is for what was begun to arrive.
 * A process must not wait to be told that its session is over: told late, it would act beside its successor.
 */
export function mayDecide(lease: Lease): boolean {
  return lease.connected && lease.lastReplyAgeMs * 3 < lease.sessionTimeoutMs * 2;
}
