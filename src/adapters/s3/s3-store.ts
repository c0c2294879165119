import type { S3Client } from '@aws-sdk/client-s3';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { s3FaultOf } from './s3-fault.ts';

/** A bucket that can be asked. */
export type S3Store = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  readonly random: Random;
};

/**
 * Does what may fail in passing until it succeeds, fails for good, or the signal aborts: after each failure a pause of
 * random length, up to twice as long each time ("full jitter": Brooker, Exponential Backoff And Jitter, 2015). `action`
 * calls `progressed` when it has got further, which makes the next failure a first one.
 */
export async function repeatedly<T>(
  { clock, random }: Pick<S3Store, 'clock' | 'random'>,
  signal: AbortSignal,
  action: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await action(() => {
        failures = 0;
      });
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (s3FaultOf(error).kind !== 'unavailable' || failures >= limits.s3TriesMax) throw error;
      const pauseMsMax = Math.min(limits.s3PauseCapMs, limits.s3PauseBaseMs * 2 ** failures);
      await clock.sleep(random.next() * pauseMsMax, signal);
    }
  }
}
