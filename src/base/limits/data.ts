import { MiB, minute, second } from '../units.ts';

/** What is read, kept of it and measured. */
export const dataLimits = {
  // Data
  /** Rows of a batch: fewer cost more per row, more cost memory (measured: 250,000 cost 1.5 times as much). */
  rowsPerBatch: 983_040,
  rowsPerRowGroup: 122_880,
  columnsMax: 4_096,
  partitionsPerListingMax: 100_000,
  filesPerListingMax: 100_000,
  /** References from partitions to files: a thousand files that each hold rows of a thousand partitions. */
  fileReferencesPerListingMax: 1_000_000,
  /** Files that one request to the engine looks into for partitions. */
  filesPerLookMax: 64,
  /** Files elsewhere: bytes that are fetched to be looked into at once, and to tell columns; files that are fetched at once; bytes of copies that are kept. */
  remoteLookBytesMax: 1_024 * MiB,
  remoteDescribeBytesMax: 128 * MiB,
  remoteFetchesAtOnce: 4,
  remoteCopiesBytesMax: 2_048 * MiB,
  /** Keys of a store that one listing looks at, whether they match or not. */
  s3KeysPerListingMax: 1_000_000,
  /** Objects are read by ranges of this size, so many of one object at once. */
  s3RangeBytes: 16 * MiB,
  s3RangesAtOnce: 4,
  s3ClientsMax: 32,
  s3ConnectionsMax: 64,
  s3ConnectTimeoutMs: 5 * second,
  /** A store that says nothing for this long in the middle of an answer has broken it off. */
  s3SilenceMs: 30 * second,
  /** Failures of a request in a row that may pass, and the pauses between: random, up to base times 2^failures. */
  s3TriesMax: 10,
  s3PauseBaseMs: 100,
  s3PauseCapMs: 20 * second,
  globAlternativesMax: 1_000,
  /**
   * Rows of a table that may be read without an index to find one partition of it, and at each look to tell what has
   * changed: about a second of a database's time.
   */
  tableScanRowsMax: 1_000_000,
  /** How long a lock of an SQLite file is waited for. */
  sqliteLockMs: 2 * second,
  /** How long a reading waits for a table that others have locked, and how long its transaction may be idle. */
  sourceLockWaitMs: 30 * second,
  sourceIdleMs: 2 * minute,
  partitionKeyCharactersMax: 512,
  rejectedSamplesMax: 100,
  rejectedTextCharactersMax: 200,
  /** Rows of a `failed_rows` check that are kept, and characters of each of their values. */
  failedRowsMax: 100,
  failedValueCharactersMax: 200,
  /** What a definition may ask for: statements over all rows of a partition, their text, and lists of allowed values. */
  queriesPerDatasetMax: 24,
  queryCharactersMax: 10_000,
  /** Parts of such a statement, how deeply they are nested, and columns of `failed_rows` that are kept. */
  queryPartsMax: 20_000,
  queryDepthMax: 200,
  failedColumnsMax: 64,
  queryNameCharactersMax: 100,
  validValuesMax: 1_000,
  validValueCharactersMax: 200,
  validRegexCharactersMax: 1_000,
  /** Groupings of a dataset, and groups of each: the largest are measured by themselves, all others together. */
  segmentsMax: 10,
  segmentGroupsMax: 200,
  segmentGroupsDefault: 20,
  /** Dates that a policy names as days of their own kind. */
  specialDaysMax: 2_000,
  /** A single row of text longer than this is refused: it would have to fit into a worker's memory. */
  rowBytesMax: 32 * MiB,
  /** Distinct values up to which counts are exact. */
  exactDistinctMax: 4_096,
  topValuesMax: 20,
  /** Different values that are kept, with their rows, to tell how many rows repeat a value. */
  sampledValuesMax: 1_024,
  histogramBinsMax: 40,
  /** Bytes of the groups of one rule of one batch: beyond, fewer groups are kept. */
  segmentBytesMax: 4 * MiB,
  /** Distinct values of a column of a group up to which counts are exact. */
  segmentDistinctMax: 512,
  /** Candidates for the most frequent values of a column of a group. */
  segmentCandidatesMax: 64,
  /** Different values of a column that are looked at for all groups of one rule of one batch: beyond, a sample of each group's. */
  segmentValuesMax: 65_536,
  /** Metrics of groups that a partition keeps: those of the largest groups. */
  segmentMetricsMax: 1_000,
  /** Details of groups that a partition keeps. */
  segmentDetailsMax: 100,
  /** Checks of the groups of one rule. */
  segmentChecksMax: 50,
  /** Partitions that thresholds learn from. */
  historyPartitionsMax: 365,
  /** Partitions before one that its distributions are compared with; fewer where their profiles are larger together. */
  baselinePartitionsMax: 28,
  baselineBytesMax: 64 * MiB,
  /** Parts that a column's values are cut into for that. */
  driftBinsMax: 20,
  /** The newest partitions over which a policy is replayed, and from which checks are suggested. */
  replayPartitionsMax: 730,
  /** Partitions whose states are merged to a window, and bytes of states that are read for it at once. */
  windowPartitionsMax: 2_000,
  windowBytesMax: 8 * MiB,
  /** Bytes of states of a backfilled frame that are judged at once. */
  frameBytesMax: 64 * MiB,
  /** Series that a replay shows because somebody asked for them, beside those that alarmed. */
  replaySeriesMax: 8,
  /** Values that a replay judges: fewer partitions where there are more metrics, so that it ends while people wait. */
  replayValuesMax: 200_000,
  suggestPartitionsMax: 365,
  /** Profiles that are looked at for that: a wide dataset is judged by fewer partitions. */
  suggestBytesMax: 64 * MiB,
  /** The newest partitions of a backfilled frame that are judged; older ones are measured only. */
  learnedPartitionsMax: 2_000,
} as const;
