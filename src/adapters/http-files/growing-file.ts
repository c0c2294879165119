import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { MiB } from '../../base/units.ts';

/** A file that is written from its beginning on, in portions that are worth a write each. */
export class GrowingFile {
  readonly #handle: FileHandle;
  readonly #isHashed: boolean;
  #hash: Hash | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  /** `isHashed`: its content will be asked for; it costs more than writing it. */
  constructor(handle: FileHandle, { isHashed }: { readonly isHashed: boolean }) {
    this.#handle = handle;
    this.#isHashed = isHashed;
    this.#hash = isHashed ? createHash('sha256') : undefined;
  }

  /** Bytes that were added. */
  get size(): number {
    return this.#written + this.#waitingBytes;
  }

  async add(chunk: Buffer): Promise<void> {
    this.#hash?.update(chunk);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= portionBytes) await this.#begin();
  }

  /** Resolves when all that was added is written. */
  async flush(): Promise<void> {
    await this.#begin();
    await this.#writing;
  }

  async startAnew(): Promise<void> {
    await this.#writing;
    await this.#handle.truncate(0);
    this.#written = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hash = this.#isHashed ? createHash('sha256') : undefined;
  }

  /** Begins to write what waits, once the portion before it is written: meanwhile more may arrive. */
  async #begin(): Promise<void> {
    await this.#writing;
    const portion = Buffer.concat(this.#waiting);
    const at = this.#written;
    this.#written += portion.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#write(portion, at);
    // Whoever waits for it hears of a failure; until then it must not end the process.
    this.#writing.catch(() => undefined);
  }

  async #write(portion: Buffer, at: number): Promise<void> {
    let done = 0;
    while (done < portion.length) {
      done += (await this.#handle.write(portion, done, portion.length - done, at + done)).bytesWritten;
    }
  }

  /** SHA-256 of all that was added; undefined of one that is not hashed. */
  digest(): string | undefined {
    return this.#hash?.digest('hex');
  }
}

const portionBytes = 1 * MiB;
