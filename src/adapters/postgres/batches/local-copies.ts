import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, succeed } from '../../../base/outcome.ts';
import type { LocalBatch } from '../../../ports/batch-store.ts';

export type LocalCopiesOptions = {
  /** Exists, and is empty and this process's own. */
  readonly directory: string;
  /** Copies that nobody uses are removed beyond this, the longest unused first. Those in use may exceed it. */
  readonly bytesMax: number;
};

/** What a copy is to be made of. */
export type CopyRequest = {
  /** Equal keys are equal bytes for ever. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Makes the file, which does not exist yet. */
  readonly fetch: (path: string) => Promise<Outcome<void>>;
};

type Copy = {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly fetched: Promise<Outcome<void>>;
  users: number;
};

/**
 * Local files of batches, kept for a while, because several tasks of a node read the same one: who opens what is being
 * fetched waits for it, and it is fetched once.
 */
export class LocalCopies {
  readonly #options: LocalCopiesOptions;
  /** In the order of their last use. */
  readonly #copies = new Map<string, Copy>();
  #bytes = 0;
  #made = 0;

  constructor(options: LocalCopiesOptions) {
    this.#options = options;
  }

  /** A file of the request's bytes, which stays until it is disposed. Fails as `fetch` does. */
  async open(request: CopyRequest): Promise<Outcome<LocalBatch>> {
    for (;;) {
      const copy = this.#copyOf(request);
      const fetched = await copy.fetched;
      const isThere = fetched.ok && (await isPlainFile(copy));
      if (isThere) return succeed(this.#localBatch(copy));
      this.#drop(copy);
      await this.#leave(copy);
      if (!fetched.ok) return fetched;
      // Somebody tidied up behind our back: it is fetched again.
    }
  }

  /** Copies of these keys are not given out any more; who uses one keeps it. */
  async forget(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      const copy = this.#copies.get(key);
      if (copy === undefined) continue;
      this.#drop(copy);
      if (copy.users === 0) await removed(copy.path);
    }
  }

  /** The copy that there is or will be, used by one more, and used last. */
  #copyOf(request: CopyRequest): Copy {
    const known = this.#copies.get(request.key);
    const copy = known ?? this.#begin(request);
    copy.users += 1;
    this.#copies.delete(copy.key);
    this.#copies.set(copy.key, copy);
    return copy;
  }

  #begin({ key, sizeBytes, fetch }: CopyRequest): Copy {
    this.#made += 1;
    const path = join(this.#options.directory, `${this.#made}.parquet`);
    this.#bytes += sizeBytes;
    const fetched = this.#makeRoom().then(() => fetch(path));
    return { key, path, sizeBytes, fetched, users: 0 };
  }

  #localBatch(copy: Copy): LocalBatch {
    let isOpen = true;
    return {
      path: copy.path,
      [Symbol.asyncDispose]: async () => {
        if (!isOpen) return;
        isOpen = false;
        await this.#leave(copy);
      },
    };
  }

  async #leave(copy: Copy): Promise<void> {
    copy.users -= 1;
    if (copy.users === 0 && this.#copies.get(copy.key) !== copy) await removed(copy.path);
    await this.#makeRoom();
  }

  #drop(copy: Copy): void {
    if (this.#copies.get(copy.key) !== copy) return;
    this.#copies.delete(copy.key);
    this.#bytes -= copy.sizeBytes;
  }

  async #makeRoom(): Promise<void> {
    const unused: Copy[] = [];
    for (const copy of this.#copies.values()) {
      if (this.#bytes <= this.#options.bytesMax) break;
      if (copy.users > 0) continue;
      this.#drop(copy);
      unused.push(copy);
    }
    for (const { path } of unused) await removed(path);
  }
}

/** What can not be removed now is removed at the next start; the work that is done stays done. */
async function removed(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

async function isPlainFile({ path, sizeBytes }: Copy): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  return status?.isFile() === true && status.size === sizeBytes;
}
