import type { CliDependencies } from './dependencies.ts';

/** Runs `work` with a signal that aborts at Ctrl-C; afterwards Ctrl-C ends the process again. */
export async function whileInterruptible<T>(
  dependencies: CliDependencies,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const release = dependencies.onInterrupt(() => stop.abort());
  try {
    return await work(stop.signal);
  } finally {
    stop.abort();
    release();
  }
}
