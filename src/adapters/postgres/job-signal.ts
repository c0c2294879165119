import type { Unsubscribe } from '../../ports/coordination.ts';

/**
 * Tells that jobs were enqueued, controlled or ended. It carries no data and may be lost with a process: listeners look
 * again now and then anyway. Across processes it is `server/job-notifications.ts`.
 */
export interface JobSignal {
  /** To be called after the commit. */
  changed(): void;
  onChange(listener: () => void): Unsubscribe;
}

/** The signal within one process. */
export function inProcessSignal(): JobSignal {
  const listeners = new Set<{ readonly call: () => void }>();
  return {
    changed: () => {
      for (const listener of listeners) queueMicrotask(listener.call);
    },
    onChange: (call) => {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
