import type { DuckDBConnection } from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import { type Distinct, distinctOfHashes } from '../../../core/metrics/families/distinct.ts';
import type { SegmentRule } from '../../../core/metrics/segment-rule.ts';
import { segmentLabel } from '../../../core/metrics/segments/segment-label.ts';
import { hashLimit } from '../../../core/metrics/sketches/hash.ts';
import { textCharactersMax, textLabel } from '../../../core/metrics/texts/shorten.ts';
import { identifier } from '../sql.ts';
import { queryHashGroups } from './hash-groups.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns, type ResultColumns } from './result-columns.ts';

/** The groups of a batch that are measured by themselves. They are numbered from 1, the largest first. */
export type KeptGroups = {
  readonly labels: readonly string[];
  /** Rows of each. */
  readonly counts: Float64Array;
  /** Rows of the largest group that is not kept; 0 when all are. */
  readonly otherGroupRowsMax: number;
  readonly offered: Distinct;
  /** Adds the number of its group, or 0, to each row of the relation: `<number>` and what to join to the relation `data`. */
  readonly number: string;
  readonly join: string;
};

/** Temporary tables: all groups with their rows, and those that are kept. */
const allTable = 'assay_segment_groups';
const keptTable = 'assay_segment_kept';

/**
 * Counts the groups of a rule, and chooses the largest. DuckDB groups within its memory, spilling to disk, however many
 * groups there are; only the kept ones come back. Ends with its tables in place: `dropGroups` removes them.
 */
export async function countGroups(
  connection: DuckDBConnection,
  request: {
    readonly relation: string;
    readonly keys: readonly MeasuredColumn[];
    readonly rule: SegmentRule;
  },
): Promise<KeptGroups> {
  const { relation, keys, rule } = request;
  const parts = keys.map((key, at) => ({ name: `k${at}`, value: keyValue(key), text: `k${at}::varchar` }));
  const names = parts.map(({ name }) => name).join(', ');
  const selected = parts.map(({ name, value }) => `${value} as ${name}`).join(', ');
  await connection.run(
    `create or replace temp table ${allTable} as
     select ${names}, count(*) as n from (select ${selected} from ${relation} as "data") group by ${names}`,
  );
  const order = `n desc, ${parts.map(({ text }) => `${text} nulls first`).join(', ')}`;
  await connection.run(
    `create or replace temp table ${keptTable} as
     select row_number() over (order by ${order}) as g, *
     from (select * from ${allTable} order by ${order} limit ${rule.groupsMax})`,
  );
  const kept = await queryColumns(
    connection,
    `select n::double, ${parts.flatMap(({ text }) => labelCells(text)).join(', ')} from ${keptTable} order by g`,
  );
  const matches = parts.map(({ name, value }) => `${value} is not distinct from kept.${name}`);
  return {
    labels: labelsOf(kept, rule.columns),
    counts: kept.doubles(0),
    otherGroupRowsMax: await firstNumber(
      connection,
      `select coalesce((select n from ${allTable} order by n desc offset ${rule.groupsMax} limit 1), 0)::double`,
    ),
    offered: await offeredGroups(connection, `[${parts.map(({ text }) => text).join(', ')}]`),
    number: 'coalesce(kept.g, 0)',
    join: `left join ${keptTable} as kept on ${matches.join(' and ')}`,
  };
}

/** Removes the tables of `countGroups`. */
export async function dropGroups(connection: DuckDBConnection): Promise<void> {
  await connection.run(`drop table if exists ${allTable}; drop table if exists ${keptTable}`);
}

/** A key of the relation `data` as it is grouped: different values have different texts. */
function keyValue({ name, form }: MeasuredColumn): string {
  const column = `"data".${identifier(name)}`;
  // Adding 0 makes −0 the same group as 0.
  if (form.kind === 'float') return `(${column}::double + 0)`;
  return form.kind === 'text' || form.kind === 'opaque' ? `${column}::varchar` : column;
}

const cellsPerKey = 4;

/** What `textLabel` needs of a text that may be null. */
function labelCells(text: string): readonly string[] {
  return [
    `(${text} is null)::double`,
    `coalesce(left(${text}, ${textCharactersMax}), '')`,
    `coalesce(length(${text}), 0)::double`,
    `coalesce(hash(${text}) & ${hashLimit - 1}, 0)::double`,
  ];
}

function labelsOf(kept: ResultColumns, columns: readonly string[]): string[] {
  const values = columns.map((_, place) => {
    const first = 1 + place * cellsPerKey;
    const [nulls, lengths, hashes] = [first, first + 2, first + 3].map((at) => kept.doubles(at));
    return kept.texts(first + 1).map((text, at) => {
      return nulls?.[at] === 1 ? null : textLabel(text, lengths?.[at] ?? 0, hashes?.[at] ?? 0);
    });
  });
  return Array.from({ length: kept.rowCount }, (_, at) => {
    return segmentLabel(
      columns,
      values.map((texts) => texts[at] ?? null),
    );
  });
}

async function offeredGroups(connection: DuckDBConnection, key: string): Promise<Distinct> {
  const values = `(select ${key} as v from ${allTable})`;
  const count = await firstNumber(connection, `select count(*)::double from ${allTable}`);
  if (count > limits.exactDistinctMax) {
    const { registers } = await queryHashGroups(connection, { values, missing: undefined }, []);
    return { kind: 'sketch', registers };
  }
  const result = await queryColumns(connection, `select (hash(v) & ${hashLimit - 1})::double from ${values}`);
  return distinctOfHashes(result.doubles(0));
}

async function firstNumber(connection: DuckDBConnection, sql: string): Promise<number> {
  return (await queryColumns(connection, sql)).doubles(0)[0] ?? 0;
}
