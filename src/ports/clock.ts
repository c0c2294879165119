import type { Instant } from '../base/units.ts';

/** Time, injected: the only way to read or wait for it outside `adapters/system`. */
export interface Clock {
  /** The wall clock. */
  now(): Instant;
  /** Milliseconds on a clock that never jumps; only differences mean something. */
  monotonicMs(): number;
  /** Resolves after `durationMs`, or at once when `signal` aborts. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
