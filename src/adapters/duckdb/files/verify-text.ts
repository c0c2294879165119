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
  const tail = buffer.subarray(0, bytesRead);
  return newlines.some((byte) => tail.includes(byte));
}

async function unpackedTailHasNewline(file: TextFile, signal: AbortSignal): Promise<boolean> {
  let sinceNewline = 0;
  await readText(
    file,
    (chunk) => {
      const last = Math.max(...newlines.map((byte) => chunk.lastIndexOf(byte)));
      sinceNewline = last < 0 ? sinceNewline + chunk.length : chunk.length - last;
      return true;
    },
    signal,
  );
  return sinceNewline <= shortBytes;
}
