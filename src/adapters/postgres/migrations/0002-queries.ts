/**
 * What became of the queries over a revision, in the order of its definition's checks. sample: rows that should not
 * exist, apart from the outcome, because judging needs none of them.
 */
export const queries = `
create table query_outcome (
  dataset text collate "C" not null,
  partition text collate "C" not null,
  revision integer not null,
  position integer not null,
  outcome jsonb not null,
  sample jsonb,
  primary key (dataset, partition, revision, position)
);

-- A definition that was registered before there were segments has none.
update dataset set definition = definition || '{"segments": []}'::jsonb where definition->'segments' is null;
`;
