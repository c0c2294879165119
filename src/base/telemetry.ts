/**
 * Every operational metric, by its Prometheus name. Labels are of low cardinality: never a dataset's, job's or task's id.
 * Histograms of seconds use `durationBuckets`.
 */
export const telemetryCatalogue = {
  assay_jobs_enqueued_total: { kind: 'counter', labels: ['kind'], help: 'Jobs put into the queue' },
  assay_jobs_ended_total: { kind: 'counter', labels: ['kind', 'status'], help: 'Jobs ended' },
  assay_job_seconds: { kind: 'histogram', labels: ['kind'], help: 'From enqueue to end of a job' },
  assay_job_wait_seconds: { kind: 'histogram', labels: ['kind'], help: 'From enqueue to admission of a job' },
  assay_jobs_open: { kind: 'gauge', labels: ['cluster'], help: 'Jobs queued or admitted' },
  assay_jobs_admitted: { kind: 'gauge', labels: ['cluster'], help: 'Jobs whose tasks are live' },
  assay_tasks_live: { kind: 'gauge', labels: ['cluster', 'state'], help: 'Live tasks by state' },
  assay_tasks_ended_total: { kind: 'counter', labels: ['kind', 'status'], help: 'Tasks ended for good' },
  assay_task_attempts_total: { kind: 'counter', labels: ['kind', 'end'], help: 'Attempts by how they ended' },
  assay_task_retries_total: { kind: 'counter', labels: ['kind', 'reason'], help: 'Attempts begun again' },
  assay_task_deaths_total: {
    kind: 'counter',
    labels: ['kind'],
    help: 'Workers or nodes that died under a task',
  },
  assay_task_reassignments_total: {
    kind: 'counter',
    labels: ['kind', 'cause'],
    help: 'Tasks given to another node than before, by what took them from it: lost, leave, join, balance, failure',
  },
  assay_recovery_seconds: {
    kind: 'histogram',
    labels: ['cluster', 'step'],
    help: 'From the last sign of a lost node: until detected, its tasks reassigned, running elsewhere',
  },
  assay_task_copies_total: {
    kind: 'counter',
    labels: ['kind', 'end'],
    help: 'Second copies of tasks that took too long: begun, won, lost to the first one, dropped',
  },
  assay_task_seconds: { kind: 'histogram', labels: ['kind'], help: 'Running time of an attempt' },
  assay_task_wait_seconds: { kind: 'histogram', labels: ['kind'], help: 'From ready to assigned' },
  assay_commits_superseded_total: {
    kind: 'counter',
    labels: ['kind'],
    help: 'Commits refused: another was first',
  },
  assay_manager_tick_seconds: {
    kind: 'histogram',
    labels: ['cluster'],
    help: 'One tick of the resource manager',
  },
  assay_manager_leader: { kind: 'gauge', labels: ['cluster'], help: '1 while this process leads' },
  assay_leaderships_total: { kind: 'counter', labels: ['cluster'], help: 'Elections that this process won' },
  assay_leader_takeover_seconds: {
    kind: 'histogram',
    labels: ['cluster'],
    help: 'From election to the first tick that went through',
  },
  assay_decisions_refused_total: {
    kind: 'counter',
    labels: ['cluster'],
    help: 'Ticks of a deposed leader that were refused whole',
  },
  assay_session_state: {
    kind: 'gauge',
    labels: ['cluster', 'member', 'state'],
    help: '1 for the state that a coordination session is in: connected, suspended, expired, closed',
  },
  assay_session_reply_age_seconds: {
    kind: 'gauge',
    labels: ['cluster', 'member'],
    help: 'Since the coordination service last answered',
  },
  assay_sessions_expired_total: {
    kind: 'counter',
    labels: ['cluster', 'member'],
    help: 'Coordination sessions that were lost for good',
  },
  assay_nodes: { kind: 'gauge', labels: ['cluster'], help: 'Data nodes that are members' },
  assay_node_slots: { kind: 'gauge', labels: ['cluster', 'use'], help: 'Slots of all nodes: busy, free' },
  assay_nodes_joined_total: {
    kind: 'counter',
    labels: ['cluster'],
    help: 'Data nodes that became members',
  },
  assay_nodes_left_total: {
    kind: 'counter',
    labels: ['cluster', 'how'],
    help: 'Data nodes that are members no more: stopped in good order, or lost',
  },
  assay_node_scale_up_seconds: {
    kind: 'histogram',
    labels: ['cluster'],
    help: 'From the join of a node to its first running task, where work was waiting',
  },
  assay_node_cpu_ratio: {
    kind: 'gauge',
    labels: ['cluster', 'of'],
    help: 'Cores in use, 0 to 1: of the machine, and by this node with its workers',
  },
  assay_node_memory_bytes: {
    kind: 'gauge',
    labels: ['cluster'],
    help: 'Memory of this node with its workers',
  },
  assay_node_io_bytes_total: {
    kind: 'counter',
    labels: ['cluster', 'direction'],
    help: 'Bytes that this node with its workers read from and wrote to disks',
  },
  assay_node_loop_delay_seconds: {
    kind: 'gauge',
    labels: ['cluster'],
    help: 'The longest wait of the event loop between two reports of this node',
  },
  assay_node_tasks: {
    kind: 'gauge',
    labels: ['cluster', 'state'],
    help: 'Tasks of this node: running, and hung after their time-out',
  },
  assay_nodes_lost_total: {
    kind: 'counter',
    labels: ['cluster'],
    help: 'Data nodes that vanished with work',
  },
  assay_workers_died_total: {
    kind: 'counter',
    labels: ['reason'],
    help: 'Worker processes that ended early',
  },
  assay_rows_ingested_total: { kind: 'counter', labels: [], help: 'Rows taken into storage' },
  assay_rows_rejected_total: { kind: 'counter', labels: [], help: 'Rows that could not be taken over' },
  assay_partitions_ingested_total: { kind: 'counter', labels: [], help: 'Revisions committed' },
  assay_source_calls_total: {
    kind: 'counter',
    labels: ['type', 'end'],
    help: 'Calls of sources by type of provider: answered, failed, withdrawn',
  },
  assay_source_call_seconds: { kind: 'histogram', labels: ['type'], help: 'Calls of sources' },
  assay_source_bytes_total: { kind: 'counter', labels: ['type'], help: 'Bytes fetched from sources' },
  assay_source_held_total: {
    kind: 'counter',
    labels: ['type', 'reason'],
    help: 'Calls that a source was spared: open, full, budget',
  },
  assay_source_breaker_opened_total: {
    kind: 'counter',
    labels: ['type'],
    help: 'Sources that failed too often and were left alone',
  },
  assay_results_total: { kind: 'counter', labels: ['status'], help: 'Results by status' },
  assay_incidents_open: { kind: 'gauge', labels: [], help: 'Incidents that are not resolved' },
  assay_schedule_lag_seconds: {
    kind: 'gauge',
    labels: [],
    help: 'How long the longest overdue look at a dataset has waited',
  },
  assay_schedule_decisions_total: {
    kind: 'counter',
    labels: ['decision'],
    help: 'Decisions about datasets: scan, not_yet, skipped',
  },
  assay_schedule_tick_seconds: {
    kind: 'histogram',
    labels: [],
    help: 'One tick of the scheduler that found something due',
  },
  assay_deliveries_total: { kind: 'counter', labels: ['channel', 'end'], help: 'Tries to deliver a message' },
  assay_http_request_duration_seconds: {
    kind: 'histogram',
    labels: ['route', 'method', 'status'],
    help: 'Requests of the API',
  },
  assay_sign_ins_total: {
    kind: 'counter',
    labels: ['outcome'],
    help: 'Tries to sign in: begun a session, refused, or throttled after too many',
  },
  assay_event_listeners: { kind: 'gauge', labels: [], help: 'Open streams of live events' },
  assay_event_listeners_dropped_total: {
    kind: 'counter',
    labels: [],
    help: 'Streams of live events that were ended because their reader was too slow',
  },
} as const satisfies Record<string, TelemetryEntry>;

export type TelemetryName = keyof typeof telemetryCatalogue;

type TelemetryEntry = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
};

/** Upper bounds in seconds. */
export const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];
