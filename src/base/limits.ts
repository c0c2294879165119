import { day, hour, KiB, MiB, minute, second } from './units.ts';

/**
 * Every limit of Assay, in one place. Nothing grows without one: queues, batches, retries, bodies, waits, samples.
 * Those that an operator may change are defaults of `config.ts`; the others are part of the design.
 */
export const limits = {
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

  // Work
  /** Attempts after the first one. */
  retriesMax: 2,
  /** Deaths of workers or nodes under one task before it is quarantined. */
  deathsMax: 3,
  retryBaseMs: 1 * second,
  retryCapMs: 30 * second,
  lookupTimeoutMs: 5 * minute,
  ingestTimeoutMs: 60 * minute,
  measureTimeoutMs: 15 * minute,
  /** For each user query, and for all queries of a partition together. */
  queryTimeoutMs: 30 * second,
  queriesTimeoutMs: 15 * minute,
  evaluateTimeoutMs: 10 * minute,
  /** A person waits for the answer: it must come before the request's own time-out. */
  replayTimeoutMs: 28 * second,
  windowTimeoutMs: 28 * second,
  notifyTimeoutMs: 1 * minute,
  exerciseTimeoutMs: 1 * minute,
  /** After the time-out a worker has this long to answer an interrupt before it is killed. */
  killGraceMs: 2 * second,
  ingestMemoryMb: 1_024,
  measureMemoryMb: 1_024,
  queryMemoryMb: 1_024,
  evaluateMemoryMb: 1_024,
  smallTaskMemoryMb: 256,
  /** A task of a drill only waits. */
  exerciseMemoryMb: 1,
  /** Jobs of one cluster that are admitted at once, and of one dataset. */
  admittedJobsMax: 64,
  admittedJobsPerDatasetMax: 16,
  liveTasksMax: 2_000,
  /** Open jobs of one dataset above which more are refused, and above which its backfills wait. */
  openJobsPerDatasetMax: 2_000,
  /** Live tasks that every admitted job may have, however many others there are. */
  liveTasksPerJobMin: 16,
  /** The manager's net behind a node's own time-out: a node that has not stopped a task by then has lost it. */
  timeoutNetMs: 30 * second,
  /** A task that its node has not begun by then, though it had a free slot, goes to another node. */
  startNetMs: 30 * second,
  /** A node that reports nothing for this long, though its session lives, has lost its work: its process only looks alive. */
  silenceNetMs: 30 * second,
  /** A node whose reports do not get through for this long says that it is not well. */
  reportSilenceMs: 2 * second,
  /** A node whose loop stands still for this long, which waits for two operations at most, leaves its cluster. */
  stallMs: 15 * second,
  /** A node that reports nothing for this long gets nothing new: three reports are overdue. */
  suspectMs: 1 * second,
  /**
   * Assignments of a node beyond its slots, so that it never waits for a tick: as many as it does within the horizon,
   * which is what it takes until the leader has heard of an end and decided, and at least and at most these.
   */
  prefetchPerNodeMin: 2,
  prefetchPerNodeMax: 32,
  prefetchHorizonMs: 50,
  /** Only tasks of kinds that take less on average wait there: a long one would keep a freed slot from a better claim. */
  prefetchTaskMsMax: 250,
  /** A task that has run for less gets no second copy, however short its kind usually is. */
  copyTaskMsMin: 2 * second,
  /** What a node that is long gone has left behind is kept this long. */
  forgetNodeMs: 1 * minute,
  /** A node with this many handlers that did not end after their abort takes nothing new. */
  hungHandlersMax: 16,
  backfillConcurrencyMax: 64,
  backfillConcurrencyDefault: 8,

  // Time
  tickMs: 10,
  idleTickMs: 500,
  /** While changes of the queue keep coming, a manager pauses between two looks for as long as four take, at most this. */
  queueLookMsMax: 200,
  reportMs: 250,
  /** Ends of tasks are told at once, but no more often than this. */
  reportPauseMs: 5,
  /** A node looks at its own load no more often than this: each look reads files of every process that it started. */
  loadLookMs: 1 * second,
  sessionTimeoutMs: 3 * second,
  stopDeadlineMs: 10 * second,
  /** A role drains by that deadline, gives back the rest and closes its session: all of it takes no longer than this. */
  roleStopDeadlineMs: 18 * second,
  /** After an error that nobody foresaw a role has this long to end its sessions; then its process ends. */
  crashGraceMs: 500,
  /** The longest pause between two attempts to open what a process needs at its start, and the wait that is not told. */
  startRetryCapMs: 5 * second,
  startSilenceMs: 1 * second,
  /** A member that was in its cluster for this long begins its pauses anew when it has to join again. */
  steadyMs: 10 * second,

  // Sources
  /** Calls of one source at once: without any experience, and at most, unless its datasets say otherwise. */
  sourceConcurrencyInitial: 2,
  sourceConcurrencyMax: 64,
  /** A call that takes this many times as long as is usual says that there are too many at once. */
  sourceLatencyTolerance: 2,
  /** A source never gets more than this part of all slots of a cluster, so that one that hangs leaves some to others. */
  sourceSlotsShare: 0.75,
  /** Of the calls of this much time, at most so many count; from this share of failures the source is left alone. */
  breakerWindowMs: 5 * minute,
  breakerCallsMax: 20,
  breakerCallsMin: 4,
  breakerFailureShare: 0.5,
  breakerOpenMs: 10 * second,
  breakerOpenMsMax: 5 * minute,
  /** Tasks wait for a source that is away; after this long they fail, so that somebody hears of it. */
  sourceOutageMs: 1 * hour,
  /** The longest that a source may ask to be left alone. */
  sourceRetryAfterMsMax: 1 * hour,
  /** A fetch during which nothing arrives for so long has met a source that hangs; how often it is looked at. */
  sourceSilenceMs: 2 * minute,
  /** The same of a database, which may be computing before it sends the first row. */
  sourceQuerySilenceMs: 5 * minute,
  sourceSilenceLookMs: 5 * second,
  /** A task that finds its source busy comes again after this. */
  sourceBusyMs: 500,
  /** What a process knows of a source that nobody uses is forgotten then; sources that it knows at most. */
  sourceMemoryMs: 15 * minute,
  sourcesKnownMax: 256,
  /** Sources that a node tells of: each of its reports has them all. */
  sourcesReportedMax: 64,
  /** Over HTTP: connections to one server, redirections, from the request to the answer, and a body of which less comes in a while. */
  httpConnectionsPerServerMax: 8,
  httpRedirectionsMax: 5,
  httpAnswerMs: 30 * second,
  httpSilenceMs: 30 * second,
  httpSlowBytesMin: 1_024,
  /** Tries in a row that bring not a byte more. */
  httpTriesInVain: 4,
  httpFileBytesMax: 256 * 1_024 * MiB,
  /** Bytes that one listing reads of files whose server does not say when they change. */
  httpHashedBytesMax: 256 * MiB,
  /** Times that one listing looks for, how many at once, and how many in a row may be missing where no first one is known. */
  httpTimesMax: 5_000,
  httpLooksAtOnce: 4,
  httpMissingTimesMax: 64,
  /** How old what is known of a source's budget may be. */
  sourceUseLookMs: 5 * second,
  sourceUseKeptDays: 35,
  /** What a dataset may name as its budget of a day. */
  sourceBytesPerDayMax: 1_024 ** 5,

  // People
  requestBodyBytesMax: 1 * MiB,
  requestTimeoutMs: 30 * second,
  pageSizeMax: 1_000,
  pageSizeDefault: 100,
  /** Revisions of a partition that are shown with all that is known about them. */
  revisionsShownMax: 20,
  /** Live progress: how often it is looked at and sent at most, and after which silence a sign of life is sent. */
  liveSnapshotMs: 200,
  liveHeartbeatMs: 15 * second,
  liveStreamsMax: 100,
  /** Live events: how often changes are looked for, how many at once, who may listen, and what a slow listener may leave unread. */
  eventLookMs: 250,
  eventsPerLookMax: 1_000,
  eventListenersMax: 2_000,
  eventUnreadBytesMax: 64 * KiB,
  /** Answers that are kept for others who ask the same, and for how long at most. */
  cachedAnswersMax: 1_000,
  cachedAnswerMs: 10 * second,
  /** Open backfills whose progress is told to everybody. */
  eventBackfillsMax: 50,
  /** Changes that are remembered for listeners who come back, and how often older ones are removed. */
  changesKept: 100_000,
  changesTrimMs: 1 * minute,
  /** How long the answer to a request with a key is kept, and how long one without an answer counts as under way. */
  requestKeyAgeMs: 1 * day,
  requestKeyLeaseMs: 1 * minute,
  /** How often the API looks at its clusters, and how many events of each it remembers. */
  clusterLookMs: 500,
  clusterEventsMax: 200,
  /** Rates are taken over this much of the past. */
  rateWindowMs: 10 * second,
  /** A health probe that has not answered by then counts as failed. */
  healthTimeoutMs: 2 * second,
  messageLinesMax: 20,
  /** Results that a message is made from. */
  resultsPerMessageMax: 20_000,
  /** Lines and log entries that an incident keeps; closed and older ones go first. */
  incidentLinesMax: 1_000,
  incidentLogMax: 200,
  deliveryAttemptsMax: 12,
  deliveryTimeoutMs: 10 * second,
  deliveryRetryCapMs: 30 * minute,
  /** A periodic dataset may come this much earlier and later than its schedule says, and is missed after that. */
  scanToleranceMs: 1 * hour,
  /** A scheduler's tick: pause between two, schedules that it looks at, scans that it begins. */
  scheduleTickMs: 1 * second,
  schedulePageMax: 250,
  scheduledScansPerTickMax: 50,
  /** Decisions about a dataset that are kept for people. */
  scheduleDecisionsKept: 20,
  /** Who registers a dataset has this long to ask for a backfill before it is scanned. */
  registrationGraceMs: 2 * minute,
  /** While a scan or a backfill of the dataset is open, and while its backfill is paused, it is looked at again after this. */
  scheduleRecheckMs: 1 * minute,
  schedulePausedMs: 15 * minute,
  /** The pauses between two looks for what has not come. */
  lookFirstPauseMsMax: 5 * minute,
  lookPauseMsMax: 1 * hour,
  /** How often a continuous dataset is looked at. */
  pollMsMin: 1 * minute,
  pollMsDefault: 5 * minute,
  pollMsMax: 1 * hour,
  /** Past arrivals that are learned from, how many it takes, and what comes more often than that is not learned. */
  arrivalsMax: 40,
  arrivalPointsMin: 8,
  arrivalPeriodMsMin: 1 * hour,
  /** What is usual may be this much later before it is late. */
  arrivalSlackMs: 15 * minute,
  /** Datasets that are overdue for longer, many at once, are spread over this much time. */
  catchUpAfterMs: 10 * minute,
  catchUpWindowMs: 10 * minute,
  /** While nothing comes, people are told again, but no more often than this. */
  missedScanRepeatMs: 20 * hour,
  /** Messages of a dataset that are looked at for what was told before. */
  toldMessagesMax: 200,
  /** The longest wait that a receiver may ask for. */
  deliveryRetryAfterMsMax: 6 * hour,
  /** Followers are told this long after the owner, who may begin to look before they ask. */
  followerDelayMs: 5 * second,
  /** A deliverer that died keeps what it had taken no longer than this. */
  deliveryLeaseMs: 1 * minute,
  yamlBytesMax: 1 * MiB,
  /**
   * A preview of a source: how long people wait for it, previews at once, partitions that are read for it and bytes of
   * each of them, partitions that are named, and rows that are shown.
   */
  previewTimeoutMs: 25 * second,
  previewsMax: 4,
  previewPartitionsMax: 5,
  previewBytesMax: 16 * MiB,
  previewNamedMax: 12,
  previewRowsMax: 6,
  /**
   * The lines of an overview are kept for so long after somebody asked last, and are all read anew so often; histories
   * that are given at once, and partitions of each.
   */
  overviewIdleMs: 30 * minute,
  overviewWholeMs: 10 * minute,
  historiesMax: 100,
  historyPartitions: 30,
  /** How often the API notes how its clusters are, how many notes it keeps; and what is told of the work of the past. */
  resilienceSampleMs: 5 * second,
  resilienceSamplesKept: 720,
  resilienceSpanMs: 1 * day,
  resilienceBucketMs: 15 * minute,
  /** Reports of drills that are kept. */
  drillReportsKept: 100,
  /** Partitions of one `assay check`, whose values are all held until they are judged. */
  checkPartitionsMax: 1_000,

  // Access
  /** A session ends after so long without use, and after so long in any case. Uses are noted no more often than this. */
  sessionIdleMs: 12 * hour,
  sessionAgeMs: 14 * day,
  useNotedMs: 1 * minute,
  /** What another process has ended or changed may still count for this long here. */
  accessMemoryMs: 1 * second,
  /** Sessions, keys and datasets that a process remembers for that. */
  accessMemoryMax: 10_000,
  /** Links to set up, to accept an invitation and to set a new password are good for this long. */
  accessLinkAgeMs: 3 * day,
  /** Passwords: characters; and how many are hashed at once and may wait for that, each with 19 MiB and a core. */
  passwordCharactersMin: 12,
  passwordCharactersMax: 256,
  passwordHashesAtOnce: 2,
  passwordHashesWaiting: 64,
  apiKeysPerUserMax: 100,
  apiKeyDatasetsMax: 100,
  apiKeyDaysMax: 3_650,
  membersPerDatasetMax: 1_000,
  /** Failed tries to sign in are forgotten after this long without another one. */
  signInMemoryMs: 1 * day,
  auditAgeMs: 400 * day,

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

  // ZooKeeper
  /** A server drops the connection at 1 MiB, and what it stores gets longer on its way: refused here, with a reason. */
  zooKeeperRequestBytesMax: 1_000_000,
  zooKeeperReplyBytesMax: 4 * MiB,
  zooKeeperOperationTimeoutMs: 5 * second,
  /** Operations of one client without an answer. */
  zooKeeperOperationsMax: 65_536,
  /** Bytes of requests that a server is yet to take: beyond, more are refused. */
  zooKeeperUnsentBytesMax: 64 * MiB,
  /** Longest pause between two attempts to connect: a new leader serves 0.4 s after the death of the old one. */
  zooKeeperBackOffMsMax: 200,
  zooKeeperWatchBytesPerRequestMax: 128 * KiB,
  /** Nodes of a tree that are read at once. */
  zooKeeperTreeReadsMax: 256,
  /** How long the first connection of a session may take. */
  zooKeeperConnectTimeoutMs: 10 * second,
  /** Longer entries are compressed; what they hold at most, so that no bytes of others swell without a limit. */
  zooKeeperPlainEntryBytesMax: 16 * KiB,
  zooKeeperEntryBytesMax: 8 * MiB,
  /** Characters of the tasks that stand in one node: what one changed task costs to write. */
  zooKeeperChunkLengthMax: 8 * KiB,
  /** Bytes of decisions in one write; more go in several. */
  zooKeeperDecisionBytesMax: 512 * KiB,
  /** Who only looks at tables reads their changes no more often than this. */
  zooKeeperSettleMs: 50,
  /** How often a leader removes what nodes that are gone have left, and how much at once. */
  zooKeeperTidyIntervalMs: 5 * second,
  zooKeeperTidyMax: 64,

  // A cluster of processes on this machine
  /** From the start of a process until it is ready: a busy machine that starts twenty at once is slow. */
  processStartMs: 2 * minute,
  /** From the signal that asks it to stop until it is killed. */
  processStopMs: 20 * second,
  /** How often one that starts is looked at, and how long it may take to answer. */
  processLookMs: 25,
  processProbeMs: 1 * second,
  /** The pause before one that died is started again: doubled from death to death, unless it was ready for a while. */
  processPauseMs: 200,
  processPauseMsMax: 5 * second,
  processSteadyMs: 10 * second,
  /** Bytes of a log, twice which are kept; of its end that are looked at; lines of its end that a failure tells. */
  processLogBytesMax: 8 * MiB,
  processLogReadBytes: 256 * KiB,
  processLogLinesTold: 8,
  processLogLookMs: 10 * second,
  /** Data nodes of each cluster. */
  localNodesMax: 32,
  /** The unit of the servers' time there: sessions last 2 to 20 of it. */
  zooKeeperTickMs: 500,
  /** Ports that are tried before a server is given up because of those of others. */
  processPortTriesMax: 5,

  // Drills
  drillJobsMax: 1_000_000,
  drillNodesMax: 64,
  /** Between two tries of a request while the service or the database is away, and between two looks at the work. */
  drillRetryMs: 200,
  drillLookMs: 100,
  /** Without the end of any job for so long, with nothing done to the cluster meanwhile, the work counts as stuck. */
  drillStuckMs: 5 * minute,
  /** Between two looks at the counters of all processes, and how long one process may take to tell. */
  drillCountMs: 2 * second,
  drillProbeTimeoutMs: 1 * second,
  /** How long a process may take to be well again after a fault, and how often it is looked at meanwhile. */
  drillHealMs: 2 * minute,
  drillHealLookMs: 25,
  /** For one command of an operator, to do something to a process of a given cluster. */
  drillCommandMs: 1 * minute,
  drillCommandWordsMax: 1_000,
  /** How long the last messages may take after the last job, and reading all that stands. */
  drillDeliveryMs: 1 * minute,
  drillCollectMs: 10 * minute,
} as const;
