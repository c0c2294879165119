import { open } from 'node:fs/promises';
import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import type { RelationDefinition, TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import type { Wait } from '../../ports/provider.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type {
  CopiedRows,
  CopyRequest,
  GroupsRequest,
  PlanCost,
  RowGroup,
  TableDescription,
  TableSession,
  TableSource,
} from '../../ports/table-source.ts';
import { resolveAddress } from './address.ts';
import { type ServerColumn, serverColumn } from './column-types.ts';
import { ServerConnection } from './connection.ts';
import { CsvWriter } from './csv-writer.ts';
import { groupOf, groupsSql } from './groups-sql.ts';
import { filterSql } from './partition-sql.ts';
import { type PlanStep, planCost, planSteps } from './plan-cost.ts';
import { relationSql } from './relation.ts';

/** How often a copy tells how far it is, in rows. */
const rowsPerReport = 10_000;

/**
 * MySQL and MariaDB servers. All of a session is read in one transaction: InnoDB's tables are seen as they were when it
 * began. Rows come as the texts that the server makes, and go into the file as bytes.
 */
export function createMysqlSource(secrets: Secrets): TableSource {
  return {
    open: async (definition: TableProviderDefinition, wait: Wait): Promise<TableSession> => {
      assert(definition.type === 'mysql', 'the source of MySQL servers reads these');
      const address = await resolveAddress(secrets, definition.url);
      const connection = await ServerConnection.open(address, wait);
      try {
        await connection.freeze();
        return new Session(connection);
      } catch (error) {
        await connection[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

class Session implements TableSession {
  readonly #connection: ServerConnection;
  readonly #columns = new Map<string, readonly ServerColumn[]>();

  constructor(connection: ServerConnection) {
    this.#connection = connection;
  }

  async describe(relation: RelationDefinition): Promise<TableDescription> {
    const columns = await this.#columnsOf(relation);
    const plan = await this.#plan(relation);
    return {
      columns: columns.map(({ schema, isOpaque }) => ({ ...schema, ...(isOpaque ? { isOpaque } : {}) })),
      rowsAbout: Math.max(0, ...plan.map(({ rows }) => rows)),
    };
  }

  async groups(request: GroupsRequest): Promise<readonly RowGroup[]> {
    const columns = await this.#columnsOf(request.relation);
    const rows = await this.#connection.rows(groupsSql(request, columns));
    return rows.map((row) => groupOf(request, row));
  }

  async cost(relation: RelationDefinition, filter: PartitionFilter): Promise<PlanCost> {
    const planned = filter.kind === 'columns' ? withValues(filter, await this.#columnsOf(relation)) : filter;
    return planCost(await this.#plan(relation), await this.#plan(relation, planned));
  }

  async copy({ relation, columns, filter, path, onRows }: CopyRequest): Promise<CopiedRows> {
    const found = await this.#columnsOf(relation);
    const wanted = columns.map((column) => {
      const same = found.find(({ schema }) => schema.name === column.name);
      if (same?.schema.type.native === column.type.native) return same;
      const message = `The column ${column.name} is not what it was when the columns were looked up`;
      throw new FailureError(failure('SOURCE_CHANGED', message, { where: column.name }));
    });
    const values = wanted.map(({ value }) => value).join(', ');
    const where = filter === undefined ? '' : ` where ${filterSql(filter)}`;
    await using file = await open(path, 'wx', 0o600);
    const writer = new CsvWriter(
      file,
      wanted.map(({ writing }) => writing),
    );
    await this.#connection.stream(`select ${values} from ${relationSql(relation)}${where}`, (row) => {
      const isDry = writer.write(row);
      if (writer.rowCount % rowsPerReport === 0) onRows?.(writer.rowCount);
      return isDry ? undefined : writer.drained();
    });
    await writer.end();
    return { rowCount: writer.rowCount, isLinewise: writer.isLinewise };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  async #columnsOf(relation: RelationDefinition): Promise<readonly ServerColumn[]> {
    const from = relationSql(relation);
    const known = this.#columns.get(from);
    if (known !== undefined) return known;
    const fields = await this.#connection.fieldsOf(`select * from ${from} limit 0`);
    const columns = fields.map(serverColumn);
    this.#columns.set(from, columns);
    return columns;
  }

  async #plan(relation: RelationDefinition, filter?: PartitionFilter): Promise<readonly PlanStep[]> {
    const where = filter === undefined ? '' : ` where ${filterSql(filter)}`;
    const { fields, rows } = await this.#connection.result(
      `${this.#connection.explain} select 1 from ${relationSql(relation)}${where}`,
    );
    return planSteps(
      fields.map(({ name }) => name),
      rows,
    );
  }
}

type ColumnsFilter = Extract<PartitionFilter, { kind: 'columns' }>;

/** The filter with some value in place of null: of a column that is never null, the plan would be to look at nothing. */
function withValues(filter: ColumnsFilter, columns: readonly ServerColumn[]): ColumnsFilter {
  const values = Object.entries(filter.values).map(([name, value]) => {
    const kind = columns.find(({ schema }) => schema.name === name)?.schema.type.kind;
    const some = kind === 'date' || kind === 'timestamp' ? '2001-01-01' : '1';
    return [name, value ?? some] as const;
  });
  return { kind: 'columns', values: Object.fromEntries(values) };
}
