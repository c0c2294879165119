import type { SourceName } from '../base/ids.ts';

/** How much sources have given on each day, to all processes together: what budgets are kept by. Days are UTC, `2001-01-31`. */
export interface SourceUseStore {
  /** What each source has given on a day; absent ones nothing. */
  used(day: string): Promise<ReadonlyMap<SourceName, SourceUse>>;
  /** Adds what a process took. */
  add(day: string, source: SourceName, use: SourceUse): Promise<void>;
  /** Forgets days before this one. */
  forget(before: string): Promise<void>;
}

/** What was taken of a source: calls, bytes as they arrived, and the time that all calls together took. */
export type SourceUse = { readonly calls: number; readonly bytes: number; readonly busyMs: number };
