/** A partition to measure, and where to keep what was found. */
export type Assignment = {
  readonly stream: string;
  readonly place: number;
  readonly key: string;
  readonly dataDirectory: string;
  readonly profiles: CachePlace;
  readonly vectors: CachePlace;
};

export type CachePlace = { readonly folder: string; readonly version: string };

export type WorkerReport =
  | { readonly kind: 'ready' | 'done' }
  | { readonly kind: 'failed'; readonly message: string };
