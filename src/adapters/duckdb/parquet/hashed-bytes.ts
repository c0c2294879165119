import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readInto } from './footer.ts';

/** A run of a file's bytes, the end exclusive. */
export type ByteRange = { readonly handle: FileHandle; readonly start: number; readonly end: number };

const pieceBytes = 1024 * 1024;

/** Bytes on their way into a file, or only looked at, with their SHA-256. */
export class HashedBytes {
  readonly #hash: Hash = createHash('sha256');
  readonly #target: FileHandle | undefined;
  #sizeBytes = 0;

  /** Without a target the bytes go nowhere. */
  constructor(target?: FileHandle) {
    this.#target = target;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The SHA-256 of all bytes, once, in hexadecimal. */
  checksum(): string {
    return this.#hash.digest('hex');
  }

  async add(bytes: Buffer): Promise<void> {
    const written = this.#target?.writeFile(bytes);
    // Node's other threads read and write meanwhile.
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
    await written;
  }

  /** Adds bytes of a file: while a piece is hashed and written, the next one is read. */
  async addRange({ handle, start, end }: ByteRange, signal: AbortSignal): Promise<void> {
    const buffers = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)] as const;
    const read = (position: number, turn: number): Promise<Buffer> => {
      const length = Math.max(0, Math.min(pieceBytes, end - position));
      return readInto(handle, buffers[turn % 2 === 0 ? 0 : 1].subarray(0, length), position);
    };
    let reading = read(start, 0);
    for (let position = start, turn = 1; position < end; position += pieceBytes, turn += 1) {
      const piece = await reading;
      signal.throwIfAborted();
      reading = read(position + pieceBytes, turn);
      const [added, next] = await Promise.allSettled([this.add(piece), reading]);
      if (added.status === 'rejected') throw added.reason;
      if (next.status === 'rejected') throw next.reason;
    }
  }
}
