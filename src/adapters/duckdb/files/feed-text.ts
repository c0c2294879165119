import { readText, type TextFile } from './text-file.ts';

/** What takes a text apart piece by piece, and what writes out the part that it keeps. */
export type TextFeed = {
  readonly cleaner: { feed(chunk: Buffer): void; end(): void };
  /** Called after each piece, so that no more than one is held. */
  readonly drain: () => Promise<void>;
  /** The piece that reaches this many bytes is the last. */
  readonly bytesMax?: number;
  readonly signal: AbortSignal;
};

/** Feeds a file's text to a cleaner. Throws `FailureError` for a file that is damaged or ends early. */
export async function feedText(
  file: TextFile,
  { cleaner, drain, bytesMax, signal }: TextFeed,
): Promise<void> {
  let bytesLeft = bytesMax ?? Number.POSITIVE_INFINITY;
  await readText(
    file,
    async (chunk) => {
      cleaner.feed(chunk);
      await drain();
      bytesLeft -= chunk.length;
      return bytesLeft > 0;
    },
    signal,
  );
  cleaner.end();
  await drain();
}
