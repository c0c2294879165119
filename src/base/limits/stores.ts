import { day, hour, KiB, MiB, minute, second } from '../units.ts';

/** Batches, the database, the registry, and where they run. */
export const storeLimits = {
  // Storage
  orphanBatchAgeMs: 1 * day,
  /** Batches in a database are cut into pieces of this size, of which so many are read at once. */
  batchPieceBytes: 1 * MiB,
  batchPiecesPerRead: 4,
  /** Batches in a bucket: files are sent in parts of this size, so many objects are removed at once, and how long one call may take. */
  s3PartBytes: 32 * MiB,
  s3RemovalsAtOnce: 8,
  s3BatchTimeoutMs: 10 * minute,
  sweepIntervalMs: 6 * hour,
  gaugeIntervalMs: 5 * second,
  /** Recovery after a crash reads the write-ahead log since the last checkpoint: seconds, unless the disk is very slow. */
  databaseOpenTimeoutMs: 2 * minute,
  databaseQueryTimeoutMs: 2 * minute,
  /** Connections of a process to a database server; one more listens. */
  databaseConnectionsMax: 10,
  /** The same of a process of a cluster that answers no requests: there are many of them. */
  databaseConnectionsOfRoleMax: 4,
  /** Statements that a connection keeps planned. */
  preparedStatementsMax: 64,
  /**
   * A transaction in which nothing happens for this long is ended by the server: a process that was stopped in the middle
   * of a commit must not keep others from doing its work.
   */
  databaseIdleTransactionMs: 10 * second,
  databaseConnectTimeoutMs: 5 * second,
  databaseIdleMs: 1 * minute,
  /** Without a sign of life for this long the operating system asks the other side, once a second, ten times. */
  databaseKeepAliveMs: 10 * second,
  /** Who needs a connection waits this long for a server that is away; then the work fails, and is tried again. */
  databaseAbsenceMs: 20 * second,
  databaseRetryMs: 500,
  /** How often the process that leads says so, and the silence after which the server gives its lock to another one. */
  leaderLockMs: 1 * second,
  leaderLockIdleMs: 5 * second,
  /** The longest pause of a transaction that was the victim of a deadlock. */
  databaseConflictPauseMs: 50,
  /** A temporary directory that nobody holds is left alone for this long: its process may be about to take it. */
  scratchYouthMs: 1 * minute,
  /** Local copies of batches that a node keeps for the next task that asks for them. */
  batchCopiesBytesMax: 1_024 * MiB,
  workerOutputBytesMax: 64 * MiB,
  webhookResponseBytesMax: 64 * KiB,

  // The registry in DynamoDB
  /** Tries of one call, the time of one try, of its connection, and of all tries together. */
  registryAttemptsMax: 8,
  registryTimeoutMs: 3 * second,
  registryConnectTimeoutMs: 2 * second,
  /** Less than a transaction of the database may wait in which a dataset is registered. */
  registryDeadlineMs: 8 * second,
  /** A new table serves within seconds. */
  registryTableMs: 2 * minute,
  /** An item has 400 KB at most, with the schedule's state beside the definition. */
  registryDefinitionBytesMax: 384_000,
  /** Changes of one dataset that may come between, before a change of it is given up. */
  registryConflictsMax: 20,
  registryWritesAtOnce: 16,
  /** What is younger may be a dataset that is just being registered. */
  registryLeftoverAgeMs: 1 * hour,

  // AWS Lambda
  /** An invocation ends this long before its time is over, and has so many connections. */
  lambdaMarginMs: 5 * second,
  lambdaConnectionsMax: 2,
} as const;
