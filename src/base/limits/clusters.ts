import { KiB, MiB, minute, second } from '../units.ts';

/** Members of clusters, their processes, and drills with them. */
export const clusterLimits = {
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
