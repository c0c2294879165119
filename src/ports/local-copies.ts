import type { Outcome } from '../base/outcome.ts';

/**
 * Local files of bytes that lie elsewhere, kept for a while, because several tasks of a node read the same ones: who
 * opens what is being fetched waits for it, and it is fetched once.
 */
export interface LocalCopies {
  /** A file of the request's bytes, which stays until it is disposed. Fails as `fetch` does. */
  open(request: CopyRequest): Promise<Outcome<LocalCopy>>;
  /** Copies of these keys are not given out any more; who uses one keeps it. */
  forget(keys: Iterable<string>): Promise<void>;
}

/** What a copy is to be made of. */
export type CopyRequest = {
  /** Equal keys are equal bytes for ever. */
  readonly key: string;
  /** The name of the file, in a directory of its own. */
  readonly fileName: string;
  /** Undefined when it is known only once it is fetched. */
  readonly sizeBytes: number | undefined;
  /** Makes the file, which does not exist yet, in a directory which does. */
  readonly fetch: (path: string) => Promise<Outcome<void>>;
};

export interface LocalCopy extends AsyncDisposable {
  readonly path: string;
}
