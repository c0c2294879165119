/** The value of `work`, or undefined when `signal` aborts first; `late` gets a value that comes after that. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (value: T) => Promise<void>,
): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const value = await Promise.race([work, aborted.promise]);
    if (value === undefined) work.then(late).catch(() => undefined);
    return value;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
