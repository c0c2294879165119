import { useSyncExternalStore } from 'react';

/** Whether the service tells what changes: `away` while it does not, so that the page has to look by itself. */
export type LiveState = 'connecting' | 'live' | 'away';

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

export function setLiveState(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

/** The present state, for components that show it. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

const toBeSureMs = 60_000;

/** How often an answer is asked for again: every `ms` while nobody tells what changes, else now and then to be sure. */
export function unlessTold(ms: number): () => number {
  return () => (state === 'live' ? Math.max(ms, toBeSureMs) : ms);
}
