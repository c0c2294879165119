/** A step of one partition, and where to keep what was found. */
export type Assignment = {
  /** First all partitions are measured; then metrics are computed, which need those before. */
  readonly step: 'measure' | 'evaluate';
  readonly stream: string;
  readonly key: string;
  /** The keys of the partitions before it that it may be compared with, in order. */
  readonly before: readonly string[];
  /** Its place among all partitions of the stream. */
  readonly place: number;
  readonly dataDirectory: string;
  readonly profiles: CachePlace;
  readonly vectors: CachePlace;
};

export type CachePlace = { readonly folder: string; readonly version: string };
