/** What is kept of drills for people. */
export const drillReports = `
create table drill_report (
  id text collate "C" primary key,
  started_at double precision not null,
  report jsonb not null
);
create index drill_report_newest on drill_report (started_at desc, id);
`;
