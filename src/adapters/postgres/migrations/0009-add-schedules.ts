/**
 * When each dataset is looked at next, by whomever schedules. version: grows with each write. next_due null: not before its
 * definition changes. state: what is remembered from look to look. Triggers make a dataset due when it is registered or
 * changed, and forget it when it is removed, so that no writer fails to, nor an older release that goes on beside. A
 * dataset whose definition is kept elsewhere says where (`registry`), and its schedule is kept there, too. registry_place:
 * where definitions are kept, one row, by whoever was first. (No statement in here may end within a line's end but its
 * last.)
 */
export const schedules = `
create table schedule (
  dataset text collate "C" primary key,
  version integer not null default 1,
  next_due double precision,
  state jsonb
);
create index schedule_due on schedule (next_due, dataset) where next_due is not null;

create table registry_place (
  one boolean primary key default true check (one),
  place text not null
);

-- When partitions came: what is usual is learned from it, except from what a backfill brought.
create index revision_of_time on revision (dataset, ingested_at desc);
create index job_backfills on job (dataset, created_at desc) where kind = 'backfill';

create function schedule_datasets() returns trigger language plpgsql set search_path from current as $$ begin
  insert into schedule (dataset, next_due)
  select name, updated_at from changed where definition ->> 'registry' is null
  on conflict (dataset) do update set next_due = excluded.next_due, version = schedule.version + 1; return null; end $$;
create trigger dataset_scheduled after insert on dataset referencing new table as changed
  for each statement execute function schedule_datasets();
create trigger dataset_rescheduled after update on dataset referencing new table as changed
  for each statement execute function schedule_datasets();

create function unschedule_datasets() returns trigger language plpgsql set search_path from current as $$ begin
  delete from schedule using changed where schedule.dataset = changed.name; return null; end $$;
create trigger dataset_unscheduled after delete on dataset referencing old table as changed
  for each statement execute function unschedule_datasets();

insert into schedule (dataset, next_due)
select name, extract(epoch from clock_timestamp()) * 1000 from dataset;
`;
