import { type FileHandle, open } from 'node:fs/promises';
import { MiB } from '../../../base/units.ts';

/** Reading records one after the other, DuckDB holds all of a file. */
const pieceBytes = 64 * MiB;

/** Writes whole records into files of a bounded size each, one after the other. */
export class CleanPieces implements AsyncDisposable {
  readonly #prefix: string;
  readonly #paths: string[] = [];
  #waiting: Buffer[] = [];
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Takes records, which `write` will write. */
  take(records: Buffer): void {
    this.#waiting.push(records);
  }

  async write(): Promise<void> {
    for (const records of this.#waiting) {
      if (this.#file === undefined || this.#bytes >= pieceBytes) await this.#next();
      await this.#file?.writeFile(records);
      this.#bytes += records.length;
    }
    this.#waiting = [];
  }

  /** The paths of all files; one of them at least. */
  async end(): Promise<readonly string[]> {
    await this.write();
    if (this.#file === undefined) await this.#next();
    return this.#paths;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  async #next(): Promise<void> {
    await this.#file?.close();
    const path = `${this.#prefix}-${this.#paths.length}.csv`;
    this.#file = await open(path, 'wx');
    this.#paths.push(path);
    this.#bytes = 0;
  }
}
