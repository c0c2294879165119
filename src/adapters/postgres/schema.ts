import type { Generated } from 'kysely';

/**
 * The tables as Kysely sees them: `json` and `jsonb` columns are their text (`encodeJson`, `decodeJson`), points in time
 * are milliseconds since 1970, other drivers' peculiarities are dealt with in `column-values.ts`.
 */
export type Schema = {
  dataset: DatasetTable;
  listing: { dataset: string; remembered: string };
  partition: PartitionTable;
  revision: RevisionTable;
  batch: BatchTable;
  profile: { dataset: string; partition: string; revision: number; batch: number; bytes: Uint8Array };
  query_outcome: QueryOutcomeTable;
  evaluation: EvaluationTable;
  metric_value: MetricValueTable;
  metric_detail: { evaluation: number; details: string };
  result: ResultTable;
  incident: IncidentTable;
  job: JobTable;
  task_outcome: TaskOutcomeTable;
  attempt_note: AttemptNoteTable;
  outbox: OutboxTable;
  stored_batch: StoredBatchTable;
  batch_piece: { batch: number; position: number; bytes: Uint8Array };
  exercise_effect: ExerciseEffectTable;
  source_use: { day: string; source: string; calls: number; bytes: number; busy_ms: number };
  request_key: RequestKeyTable;
  drill_report: { id: string; started_at: number; report: string };
  schedule: ScheduleTable;
  registry_place: { one: Generated<boolean>; place: string };
  person: PersonTable;
  sign_in_session: { digest: string; person: string; created_at: number; seen_at: number };
  access_link: { person: string; digest: string; created_at: number };
  api_key: ApiKeyTable;
  dataset_member: DatasetMemberTable;
  sign_in_try: { subject: string; failures: number; last_at: number };
  audit_entry: AuditTable;
};

type DatasetTable = {
  name: string;
  definition: string;
  version: number;
  registered_at: number;
  updated_at: number;
};

type PartitionTable = {
  dataset: string;
  key: string;
  newest: number;
  content_hash: string | null;
  refused: string | null;
};

export type RevisionTable = {
  dataset: string;
  partition: string;
  number: number;
  fingerprint: string;
  content_hash: string;
  schema: string;
  row_count: number;
  rejected: string;
  rejected_count: number;
  size_bytes: number;
  modified_at: number | null;
  ingested_at: number;
  batch_count: number;
};

export type BatchTable = {
  dataset: string;
  partition: string;
  revision: number;
  position: number;
  location: string;
  row_count: number;
  size_bytes: number;
  checksum: string;
};

type QueryOutcomeTable = {
  dataset: string;
  partition: string;
  revision: number;
  position: number;
  outcome: string;
  sample: string | null;
};

type EvaluationTable = {
  id: Generated<number>;
  dataset: string;
  partition: string;
  revision: number;
  status: string;
  evaluated_at: number;
};

type MetricValueTable = {
  evaluation: number;
  key: string;
  scale: string;
  value: number | null;
  exact: string | null;
  rows: number;
  relative_error: number | null;
};

export type ResultTable = {
  id: string;
  evaluation: number;
  check_key: string;
  metric: string;
  status: string;
  rank: number;
  value: number | null;
  exact: string | null;
  lower: number | null;
  upper: number | null;
  severity: number | null;
  record: string;
};

type IncidentTable = {
  id: string;
  dataset: string;
  opened_at: number;
  state: string;
  resolved_as: string | null;
  resolved_at: number | null;
  body: string;
};

export type JobTable = {
  id: string;
  cluster: string;
  dataset: string;
  kind: string;
  priority: number;
  group: string | null;
  created_at: number;
  control: string;
  spec: string;
  trace_id: string | null;
  status: string | null;
  ended_at: number | null;
  tasks: number | null;
  tasks_failed: number | null;
};

export type TaskOutcomeTable = {
  job: string;
  name: string;
  status: string;
  attempts: number;
  node: string | null;
  epoch: bigint | null;
  started_at: number;
  ended_at: number;
  output: string | null;
  error: string | null;
};

type AttemptNoteTable = {
  id: Generated<number>;
  job: string;
  name: string;
  attempt: number;
  node: string;
  at: number;
  failure: string;
};

export type OutboxTable = {
  sequence: Generated<number>;
  id: string;
  dataset: string;
  channel: string;
  message: string;
  attempts: Generated<number>;
  created_at: number;
  due_at: number | null;
  delivered_at: number | null;
  last_error: string | null;
  claimed_by: string | null;
  claimed_until: number | null;
};

export type ExerciseEffectTable = {
  job: string;
  name: string;
  node: string;
  attempt: number;
  epoch: number;
  at: number;
  value: number;
};

type RequestKeyTable = {
  key: string;
  hash: string;
  created_at: number;
  claimed_until: number;
  status: number | null;
  body: string | null;
};

export type PersonTable = {
  id: string;
  email: string;
  name: string;
  password: string | null;
  is_admin: boolean;
  may_register: boolean;
  is_disabled: boolean;
  created_at: number;
};

type ApiKeyTable = {
  id: string;
  digest: string;
  person: string;
  name: string;
  prefix: string;
  scope: string;
  datasets: string | null;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
};

type DatasetMemberTable = {
  dataset: string;
  email: string;
  role: string;
  added_by: string;
  added_at: number;
};

type AuditTable = {
  sequence: Generated<number>;
  at: number;
  who: string;
  action: string;
  dataset: string | null;
  subject: string | null;
  address: string | null;
  request_id: string | null;
};

type ScheduleTable = {
  dataset: string;
  version: Generated<number>;
  next_due: number | null;
  state: string | null;
};

/** Used on a server only. */
type StoredBatchTable = {
  id: Generated<number>;
  location: string;
  dataset: string;
  size_bytes: number;
  checksum: string;
  stored_at: number;
};
