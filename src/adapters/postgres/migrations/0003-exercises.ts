/**
 * What exercise tasks leave behind. Without a key: a task that was committed twice must show as two rows, not be kept from
 * it by the table. Nothing removes rows but the end of their job.
 */
export const exercises = `
create table exercise_effect (
  job text collate "C" not null references job on delete cascade,
  name text collate "C" not null,
  node text not null,
  attempt integer not null,
  epoch bigint not null,
  at double precision not null,
  value bigint not null
);
create index exercise_effect_of_job on exercise_effect (job, name);
`;
