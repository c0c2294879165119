import { type PartitionKey, wholeDataset } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import { columnsKey, nullPartition, timeKey } from '../../core/datasets/partition-key.ts';
import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import type {
  CopiedRows,
  CopyRequest,
  GroupRule,
  GroupsRequest,
  PlanCost,
  RowGroup,
  TableDescription,
  TableSession,
} from '../../ports/table-source.ts';
import { type ServerColumn, serverColumn } from './column-types.ts';
import type { PostgresConnection } from './connection.ts';
import { filterSql } from './filter-sql.ts';
import { groupsSql, markSql } from './groups-sql.ts';
import { planCost, planOf, rowsAbout } from './plan-cost.ts';
import { relationSql, tableName } from './relation-sql.ts';
import { identifier, literal } from './sql.ts';

/** One connection to a server, in one transaction. */
export class PostgresSession implements TableSession {
  readonly #connection: PostgresConnection;
  /** By the relation's SQL: its columns are asked for before anything else is, and do not change within a transaction. */
  readonly #columns = new Map<string, Promise<readonly ServerColumn[]>>();

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  async describe(relation: RelationDefinition): Promise<TableDescription> {
    const from = relationSql(relation);
    const columns = await this.#columnsOf(from);
    return { columns, rowsAbout: rowsAbout(await this.#plan(`select * from ${from}`)) };
  }

  async groups({ relation, rule, mark, only, max }: GroupsRequest): Promise<readonly RowGroup[]> {
    const from = relationSql(relation);
    const columns = await this.#columnsOf(from);
    const hasVersions = mark.kind === 'content' && (await this.#hasVersions(relation));
    const where = only?.map((filter) => `(${filterSql(filter, columns)})`).join(' or ');
    const sql = groupsSql({ from, where, columns, rule, ...markSql(mark, columns, hasVersions), max });
    const { rows } = await this.#connection.query(sql);
    return rows.map(([count, marked, updatedMs, ...parts]) => ({
      key: keyOf(rule, parts),
      rowCount: Number(count),
      mark: marked ?? '',
      ...(typeof updatedMs === 'string' ? { updatedAt: instant(Number(updatedMs)) } : {}),
    }));
  }

  async cost(relation: RelationDefinition, filter: PartitionFilter): Promise<PlanCost> {
    const from = relationSql(relation);
    const where = filterSql(filter, await this.#columnsOf(from));
    const whole = await this.#plan(`select * from ${from}`);
    await this.#connection.query('set local enable_seqscan = off');
    const plan = await this.#plan(`select * from ${from} where ${where}`);
    await this.#connection.query('set local enable_seqscan = on');
    return planCost(plan, whole);
  }

  async copy({ relation, columns, filter, path, onRows }: CopyRequest): Promise<CopiedRows> {
    const from = relationSql(relation);
    const known = await this.#columnsOf(from);
    const wanted = columns.flatMap(({ name }) => known.find((column) => column.name === name) ?? []);
    const values = wanted.map(({ name, cast }) => `${identifier(name)}${cast} as ${identifier(name)}`);
    const where = filter === undefined ? '' : ` where ${filterSql(filter, known)}`;
    const sql = `select ${values.join(', ')} from ${from}${where}`;
    // Prepared, so that what is sent next is one statement for certain.
    await this.#connection.query(`${sql}${where === '' ? ' where' : ' and'} false`);
    const [first] = wanted;
    // A text that starts with the mark of byte orders would lose it at the start of a file, unless it is quoted.
    const quoted = first?.type.native === 'VARCHAR' ? `, force_quote (${identifier(first.name)})` : '';
    const copy = `copy (${sql}) to stdout (format csv, encoding 'utf8'${quoted})`;
    return await this.#connection.copy(copy, path, (rows) => onRows?.(rows));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  #columnsOf(from: string): Promise<readonly ServerColumn[]> {
    const known = this.#columns.get(from);
    if (known !== undefined) return known;
    const columns = this.#connection
      .query(`select * from ${from} where false`)
      .then(({ fields }) => fields.map(serverColumn));
    this.#columns.set(from, columns);
    return columns;
  }

  async #plan(sql: string): Promise<ReturnType<typeof planOf>> {
    const { rows } = await this.#connection.query(`explain (format json, verbose) ${sql}`);
    return planOf(rows[0]?.[0] ?? '');
  }

  /** Whether rows have an `xmin`: those of ordinary and partitioned tables, and of stored views. */
  async #hasVersions({ table }: RelationDefinition): Promise<boolean> {
    if (table === undefined) return false;
    const { rows } = await this.#connection.query(
      `select relkind from pg_class where oid = to_regclass(${literal(tableName(table))})`,
    );
    return ['r', 'p', 'm'].includes(rows[0]?.[0] ?? '');
  }
}

function keyOf(rule: GroupRule, parts: readonly (string | null)[]): PartitionKey {
  switch (rule.kind) {
    case 'none':
      return wholeDataset;
    case 'time': {
      const [startMs = null] = parts;
      return startMs === null ? nullPartition : timeKey(instant(Number(startMs)), rule.by);
    }
    case 'columns':
      return columnsKey(rule.columns.map((name, at) => [name, parts[at] ?? null]));
  }
}
