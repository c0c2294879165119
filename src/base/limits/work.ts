import { hour, MiB, minute, second } from '../units.ts';

/** Tasks, their time, and the sources that they ask. */
export const workLimits = {
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
  /** What work needs and misses for so long is an error, that operators are told of. */
  outageMs: 2 * minute,
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
} as const;
