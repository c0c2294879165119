import { lstat, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Outcome, succeed } from '../../base/outcome.ts';
import type { CopyRequest, LocalCopies, LocalCopy } from '../../ports/local-copies.ts';

export type LocalCopiesOptions = {
  /** This process's own, and empty; made when it is first needed. */
  readonly directory: string;
  /** Copies that nobody uses are removed beyond this, the longest unused first. Those in use may exceed it. */
  readonly bytesMax: number;
};

type Copy = {
  readonly key: string;
  readonly path: string;
  /** Of one whose size is not known before, 0 until it is fetched. */
  sizeBytes: number;
  readonly fetched: Promise<Outcome<void>>;
  users: number;
};

/** Makes copies in a directory, each in one of its own so that it can have the name that people know. */
export function createLocalCopies(options: LocalCopiesOptions): LocalCopies {
  return new DirectoryCopies(options);
}

class DirectoryCopies implements LocalCopies {
  readonly #options: LocalCopiesOptions;
  /** In the order of their last use. */
  readonly #copies = new Map<string, Copy>();
  #bytes = 0;
  #made = 0;

  constructor(options: LocalCopiesOptions) {
    this.#options = options;
  }

  async open(request: CopyRequest): Promise<Outcome<LocalCopy>> {
    for (;;) {
      const { copy, isNew } = this.#copyOf(request);
      const fetched = await copy.fetched;
      const isThere = fetched.ok && (await isPlainFile(copy));
      if (isThere) return succeed(this.#localCopy(copy));
      this.#drop(copy);
      await this.#leave(copy);
      // Somebody else's work was cancelled, not this; or somebody tidied up behind our back: it is fetched again.
      const isOver = !fetched.ok && (isNew || !endedWithItsTask.has(fetched.error.code));
      if (isOver) return fetched;
    }
  }

  async forget(keys: Iterable<string>): Promise<void> {
    for (const key of keys) {
      const copy = this.#copies.get(key);
      if (copy === undefined) continue;
      this.#drop(copy);
      if (copy.users === 0) await removed(copy);
    }
  }

  /** The copy that there is or will be, used by one more, and used last. */
  #copyOf(request: CopyRequest): { copy: Copy; isNew: boolean } {
    const known = this.#copies.get(request.key);
    const copy = known ?? this.#begin(request);
    copy.users += 1;
    this.#copies.delete(copy.key);
    this.#copies.set(copy.key, copy);
    return { copy, isNew: known === undefined };
  }

  #begin({ key, fileName, sizeBytes, fetch }: CopyRequest): Copy {
    this.#made += 1;
    const path = join(this.#options.directory, String(this.#made), fileName);
    const make = async (): Promise<Outcome<void>> => {
      await this.#makeRoom();
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const fetched = await fetch(path);
      if (fetched.ok && sizeBytes === undefined) this.#measure(copy, (await lstat(path)).size);
      return fetched;
    };
    this.#bytes += sizeBytes ?? 0;
    const copy: Copy = {
      key,
      path,
      sizeBytes: sizeBytes ?? 0,
      fetched: Promise.resolve().then(make),
      users: 0,
    };
    return copy;
  }

  #measure(copy: Copy, sizeBytes: number): void {
    if (this.#copies.get(copy.key) === copy) this.#bytes += sizeBytes;
    copy.sizeBytes = sizeBytes;
  }

  #localCopy(copy: Copy): LocalCopy {
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
    if (copy.users === 0 && this.#copies.get(copy.key) !== copy) await removed(copy);
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
    for (const copy of unused) await removed(copy);
  }
}

/** Failures that say nothing about what was to be fetched. */
const endedWithItsTask: ReadonlySet<string> = new Set(['TASK_CANCELLED', 'TASK_TIMEOUT']);

/** What can not be removed now is removed at the next start; the work that is done stays done. */
async function removed({ path }: Copy): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true }).catch(() => undefined);
}

async function isPlainFile({ path, sizeBytes }: Copy): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  return status?.isFile() === true && status.size === sizeBytes;
}
