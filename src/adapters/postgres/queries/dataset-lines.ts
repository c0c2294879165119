import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { type Instant, instant } from '../../../base/units.ts';
import type { PublishRule } from '../../../core/datasets/definition.ts';
import type { DatasetLine } from '../../../ports/dataset-store.ts';
import { encodeJson } from '../json.ts';
import { decodeText } from '../safe-text.ts';
import type { Connection } from '../transact.ts';
import { type SummaryRow, summaryOf } from './revisions.ts';

type Row = { [Field in keyof SummaryRow]: SummaryRow[Field] | null } & {
  readonly name: string;
  readonly owner: string;
  readonly description: string | null;
  readonly publish: PublishRule['type'];
  readonly version: number;
  readonly registered_at: number;
  readonly updated_at: number;
  readonly evaluated_at: number | null;
  readonly open: number | null;
  readonly next_due: number | null;
};

/** One line for each dataset: a look into the index of partitions for each, one over all open incidents. */
export async function datasetLines(
  db: Connection,
  datasets?: readonly DatasetName[],
): Promise<readonly DatasetLine[]> {
  const asked =
    datasets === undefined
      ? sql``
      : sql`where dataset.name in (
          select value collate "C" from json_array_elements_text(${encodeJson(datasets)}::json) as asked(value))`;
  const { rows } = await sql<Row>`
    select dataset.name, dataset.definition->>'owner' as owner, dataset.definition->>'description' as description,
      dataset.definition->'publish'->>'type' as publish, dataset.version, dataset.registered_at, dataset.updated_at,
      last.key, last.newest as number, revision.row_count, revision.rejected_count, revision.ingested_at,
      evaluation.status, evaluation.evaluated_at, incidents.open, schedule.next_due
    from dataset
    left join lateral (
      select key, newest from partition where partition.dataset = dataset.name order by key desc limit 1
    ) as last on true
    left join revision on revision.dataset = dataset.name
      and revision.partition = last.key and revision.number = last.newest
    left join evaluation on evaluation.dataset = dataset.name
      and evaluation.partition = last.key and evaluation.revision = last.newest
    left join schedule on schedule.dataset = dataset.name
    left join (
      select dataset, count(*)::integer as open from incident where state <> 'resolved' group by dataset
    ) as incidents on incidents.dataset = dataset.name
    ${asked}`.execute(db);
  return rows.map(lineOf);
}

function lineOf(row: Row): DatasetLine {
  const summary = isIngested(row) ? { lastPartition: summaryOf(row) } : {};
  return {
    dataset: row.name as DatasetName,
    owner: decodeText(row.owner),
    ...(row.description === null ? {} : { description: decodeText(row.description) }),
    publish: row.publish,
    version: row.version,
    registeredAt: instant(row.registered_at),
    updatedAt: instant(row.updated_at),
    ...summary,
    ...(row.evaluated_at === null ? {} : { checkedAt: row.evaluated_at as Instant }),
    ...(row.next_due === null ? {} : { nextScanAt: instant(row.next_due) }),
    incidentsOpen: row.open ?? 0,
  };
}

/** A partition whose content was refused before it was ever taken in has no revision. */
function isIngested(row: Row): row is Row & SummaryRow {
  return row.key !== null && row.row_count !== null;
}
