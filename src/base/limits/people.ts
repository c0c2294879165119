import { day, hour, KiB, MiB, minute, second } from '../units.ts';

/** What people ask for, and who they are. */
export const peopleLimits = {
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
  /** Operators are told of one kind of error at once, then so often, each message tried for so long; of so many kinds. */
  operatorRepeatMs: 1 * hour,
  operatorTriesMs: 10 * minute,
  operatorGroupsMax: 200,
  /** A process that is about to end has this long to tell them. */
  operatorFlushMs: 3 * second,
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
} as const;
