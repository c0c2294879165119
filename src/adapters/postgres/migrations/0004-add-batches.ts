/**
 * Batches as bytes, for processes that share a server and no directory; empty in an embedded database, whose batches are
 * files beside it. A batch and its pieces become visible together. stored_at: by the clock of the database, which all
 * processes share.
 */
export const batches = `
create table stored_batch (
  id bigint generated always as identity primary key,
  location text collate "C" not null unique,
  dataset text collate "C" not null,
  size_bytes bigint not null,
  checksum text not null,
  stored_at double precision not null
);

create index stored_batch_of_dataset on stored_batch (dataset, stored_at);

create table batch_piece (
  batch bigint not null references stored_batch on delete cascade,
  position integer not null,
  bytes bytea not null,
  primary key (batch, position)
);
-- Parquet is compressed already: trying again costs more than it saves.
alter table batch_piece alter column bytes set storage external;
`;
