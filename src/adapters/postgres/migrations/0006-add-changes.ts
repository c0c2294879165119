/**
 * What has changed, for those who follow: a row for each dataset that a statement changes something of, with what it was
 * if it was one thing. Triggers write it, so that no writer can forget it, nor an older release that goes on beside.
 * transaction: the one that made the change, which tells readers which rows may yet become visible. Functions look
 * for the table where it was made, whoever calls them. (No statement in here may end within a line's end but its last.)
 */
export const changes = `
create table change (
  sequence bigint generated always as identity primary key,
  transaction bigint not null default (pg_current_xact_id()::text::bigint),
  kind text not null,
  dataset text collate "C" not null,
  subject text
);
create index change_of_transaction on change (transaction, sequence);

-- Stands before all others: as long as it does, nothing was ever trimmed.
insert into change (kind, dataset) values ('beginning', '');

create function note_changed_datasets() returns trigger language plpgsql set search_path from current as $$ begin
  insert into change (kind, dataset) select 'dataset', name from changed; return null; end $$;
create trigger dataset_added after insert on dataset referencing new table as changed
  for each statement execute function note_changed_datasets();
create trigger dataset_changed after update on dataset referencing new table as changed
  for each statement execute function note_changed_datasets();
create trigger dataset_removed after delete on dataset referencing old table as changed
  for each statement execute function note_changed_datasets();

create function note_changed_partitions() returns trigger language plpgsql set search_path from current as $$ begin
  insert into change (kind, dataset, subject)
  select 'partition', dataset, case when min(partition) = max(partition) then min(partition) end
  from changed group by dataset; return null; end $$;
create trigger revision_added after insert on revision referencing new table as changed
  for each statement execute function note_changed_partitions();
create trigger evaluation_added after insert on evaluation referencing new table as changed
  for each statement execute function note_changed_partitions();
create trigger evaluation_changed after update on evaluation referencing new table as changed
  for each statement execute function note_changed_partitions();

create function note_changed_incidents() returns trigger language plpgsql set search_path from current as $$ begin
  insert into change (kind, dataset, subject)
  select 'incident', dataset, case when min(id) = max(id) then min(id) end
  from changed group by dataset; return null; end $$;
create trigger incident_added after insert on incident referencing new table as changed
  for each statement execute function note_changed_incidents();
create trigger incident_changed after update on incident referencing new table as changed
  for each statement execute function note_changed_incidents();

create function note_changed_jobs() returns trigger language plpgsql set search_path from current as $$ begin
  insert into change (kind, dataset, subject)
  select 'job', dataset, case when min(id) = max(id) then min(id) end
  from changed group by dataset; return null; end $$;
create trigger job_added after insert on job referencing new table as changed
  for each statement execute function note_changed_jobs();
create trigger job_changed after update on job referencing new table as changed
  for each statement execute function note_changed_jobs();
`;
