/** What sources have given on each day: what budgets are kept by. */
export const sourceUse = `
create table source_use (
  day text collate "C" not null,
  source text collate "C" not null,
  calls bigint not null,
  bytes bigint not null,
  busy_ms double precision not null,
  primary key (day, source)
);
`;
