import { open } from 'node:fs/promises';
import { readText, type TextFile } from './text-file.ts';

/**
 * Reads what DuckDB's readers do not look at: they take a compressed file that ends early for a shorter one, and drop a
 * last line that is longer than their buffer. Returns whether the last line is a short one; throws `FailureError` when a
 * compressed file is damaged.
 */
export async function endsInShortLine(file: TextFile, signal: AbortSignal): Promise<boolean> {
  return file.compression === 'none' ? tailHasNewline(file) : unpackedTailHasNewline(file, signal);
}

/** Lines that are short for certain: far below any buffer of a reader. */
const shortBytes = 1024 * 1024;
const newlines = [0x0a, 0x0d];

async function tailHasNewline(file: TextFile): Promise<boolean> {
  if (file.sizeBytes <= shortBytes) return true;
  await using handle = await open(file.path, 'r');
  const position = file.sizeBytes - shortBytes;
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(shortBytes), 0, shortBytes, position);
  return startsLine(buffer.subarray(0, bytesRead));
}

async function unpackedTailHasNewline(file: TextFile, signal: AbortSignal): Promise<boolean> {
  const tail: Buffer[] = [];
  let tailBytes = 0;
  let isWhole = true;
  await readText(
    file,
    (chunk) => {
      tail.push(chunk);
      tailBytes += chunk.length;
      for (
        let first = tail[0];
        first !== undefined && tailBytes - first.length >= shortBytes;
        first = tail[0]
      ) {
        tail.shift();
        tailBytes -= first.length;
        isWhole = false;
      }
      return true;
    },
    signal,
  );
  return (isWhole && tailBytes <= shortBytes) || startsLine(Buffer.concat(tail).subarray(-shortBytes));
}

/** Whether the last line that is not empty starts in `tail`. The newline at its end does not count. */
function startsLine(tail: Buffer): boolean {
  let end = tail.length;
  while (end > 0 && newlines.includes(tail[end - 1] ?? 0)) end -= 1;
  return newlines.some((byte) => tail.subarray(0, end).includes(byte));
}
