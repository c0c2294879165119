/**
 * The first tables. Points in time are milliseconds since 1970 (with fractions, if need be), keys compare by code point (`collate "C"`), documents
 * are written by `encodeJson`. What is removed with a dataset is found by `dataset`; the bulk tables hang on
 * `evaluation.id`, narrow and without foreign keys, because an evaluation of a backfill writes tens of thousands of rows.
 */
export const tables = `
create table dataset (
  name text collate "C" primary key,
  definition jsonb not null,
  version integer not null,
  registered_at double precision not null,
  updated_at double precision not null
);

-- What the provider's last listing wants to be remembered.
create table listing (
  dataset text collate "C" primary key,
  remembered jsonb not null
);

-- newest: number of the newest revision, 0 for none; content_hash: that of its content. The row is what ingests of one
-- partition lock: what they decide by stands in it, because a statement that waited for a lock sees the locked row as it
-- is now, but other tables as they were. refused: the fingerprint of newer content that can not be ingested.
create table partition (
  dataset text collate "C" not null,
  key text collate "C" not null,
  newest integer not null,
  content_hash text,
  refused text,
  primary key (dataset, key)
);

create table revision (
  dataset text collate "C" not null,
  partition text collate "C" not null,
  number integer not null,
  fingerprint text not null,
  content_hash text not null,
  schema jsonb not null,
  row_count bigint not null,
  rejected jsonb not null,
  rejected_count bigint not null,
  size_bytes bigint not null,
  modified_at double precision,
  ingested_at double precision not null,
  batch_count integer not null,
  primary key (dataset, partition, number)
);

create table batch (
  dataset text collate "C" not null,
  partition text collate "C" not null,
  revision integer not null,
  position integer not null,
  location text not null,
  row_count bigint not null,
  size_bytes bigint not null,
  checksum text not null,
  primary key (dataset, partition, revision, position)
);

-- The metric states of a batch, encoded.
create table profile (
  dataset text collate "C" not null,
  partition text collate "C" not null,
  revision integer not null,
  batch integer not null,
  bytes bytea not null,
  primary key (dataset, partition, revision, batch)
);
-- States hardly shrink: trying costs more than it saves.
alter table profile alter column bytes set storage external;

-- One verdict on one revision. status: the worst of its results.
create table evaluation (
  id bigint generated always as identity primary key,
  dataset text collate "C" not null,
  partition text collate "C" not null,
  revision integer not null,
  status text not null,
  evaluated_at double precision not null,
  unique (dataset, partition, revision)
);

create table metric_value (
  evaluation bigint not null,
  key text collate "C" not null,
  scale text not null,
  value double precision,
  exact text,
  rows bigint not null,
  relative_error double precision,
  primary key (evaluation, key)
);

create table metric_detail (
  evaluation bigint primary key,
  details jsonb not null
);

-- rank: the worst first (error 0, fail 1, warn 2, pass 3, not_evaluated 4).
create table result (
  id text collate "C" primary key,
  evaluation bigint not null,
  check_key text collate "C" not null,
  metric text collate "C" not null,
  status text not null,
  rank smallint not null,
  value double precision,
  exact text,
  lower double precision,
  upper double precision,
  severity double precision,
  record jsonb not null
);
create index result_of_evaluation on result (evaluation, rank);

create table incident (
  id text collate "C" primary key,
  dataset text collate "C" not null,
  opened_at double precision not null,
  state text not null,
  resolved_as text,
  resolved_at double precision,
  body jsonb not null
);
create index incident_of_dataset on incident (dataset, opened_at desc, id desc);
create index incident_newest on incident (opened_at desc, id desc);
create index incident_open on incident (dataset) where state <> 'resolved';

-- "group": the backfill that it belongs to. ended_at null: open.
create table job (
  id text collate "C" primary key,
  cluster text not null,
  dataset text collate "C" not null,
  kind text not null,
  priority smallint not null,
  "group" text collate "C",
  created_at double precision not null,
  control text not null,
  spec jsonb not null,
  status text,
  ended_at double precision,
  tasks integer,
  tasks_failed integer
);
create index job_open on job (cluster, dataset, priority, created_at, id) where ended_at is null;
create index job_of_dataset on job (dataset, created_at desc, id desc);
create index job_newest on job (created_at desc, id desc);
create index job_of_group on job ("group") where "group" is not null;

-- The primary key is the task's id: the first outcome of a task wins. changed, unchanged: numbers of partitions that a
-- lookup found, so that its long list is not opened to count it.
create table task_outcome (
  job text collate "C" not null references job on delete cascade,
  name text collate "C" not null,
  status text not null,
  attempts integer not null,
  node text,
  epoch bigint,
  started_at double precision not null,
  ended_at double precision not null,
  output jsonb,
  error jsonb,
  changed integer generated always as (jsonb_array_length(output->'changed')) stored,
  unchanged integer generated always as ((output->>'unchanged')::integer) stored,
  primary key (job, name)
);

create table attempt_note (
  id bigint generated always as identity primary key,
  job text collate "C" not null references job on delete cascade,
  name text collate "C" not null,
  attempt integer not null,
  node text not null,
  at double precision not null,
  failure jsonb not null
);
create index attempt_note_of_job on attempt_note (job);

-- due_at null: delivered or given up.
create table outbox (
  sequence bigint generated always as identity primary key,
  id text collate "C" not null unique,
  dataset text collate "C" not null,
  channel text collate "C" not null,
  message jsonb not null,
  attempts integer not null default 0,
  created_at double precision not null,
  due_at double precision,
  delivered_at double precision,
  last_error text
);
create index outbox_pending on outbox (dataset, channel, sequence) where due_at is not null;
create index outbox_of_dataset on outbox (dataset, sequence desc);
`;
