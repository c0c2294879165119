import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { limits } from '../../../base/limits.ts';
import type { SeenBytes } from '../../../ports/stored-batches.ts';

/** The bytes of a file in pieces. `onEnd` is told what they were before the last one is taken as the last. */
export async function* piecesOfFile(
  path: string,
  onEnd: (seen: SeenBytes) => void,
): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r');
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (;;) {
    const piece = await fullRead(file);
    if (piece.byteLength === 0) break;
    hash.update(piece);
    sizeBytes += piece.byteLength;
    yield piece;
  }
  onEnd({ sizeBytes, checksum: hash.digest('hex') });
}

/** A piece, shorter than others only at the end of the file. */
async function fullRead(file: FileHandle): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(limits.batchPieceBytes);
  let filled = 0;
  while (filled < buffer.byteLength) {
    const { bytesRead } = await file.read(buffer, filled, buffer.byteLength - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Writes a new file from pieces, which `read` brings some at a time, fewer than `batchPiecesPerRead` at the end. */
export async function writePieces(
  path: string,
  read: (first: number) => Promise<readonly Uint8Array[]>,
): Promise<SeenBytes> {
  await using file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
    for (const piece of pieces) {
      hash.update(piece);
      sizeBytes += piece.byteLength;
    }
    if (pieces.length > 0) await file.writev(pieces);
  };
  let pieces = await read(0);
  for (let next = pieces.length; pieces.length === limits.batchPiecesPerRead; next += pieces.length) {
    // The following ones come while these are written.
    const [following] = await Promise.all([read(next), write(pieces)]);
    pieces = following;
  }
  await write(pieces);
  return { sizeBytes, checksum: hash.digest('hex') };
}
