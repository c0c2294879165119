import { stat } from 'node:fs/promises';
import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import type { RelationDefinition, TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { ColumnSchema } from '../../core/datasets/schema.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import type { Wait } from '../../ports/provider.ts';
import type {
  CopiedRows,
  CopyRequest,
  GroupsRequest,
  PlanCost,
  RowGroup,
  TableColumn,
  TableDescription,
  TableSession,
  TableSource,
} from '../../ports/table-source.ts';
import { sampledRows, storedColumn } from './column-types.ts';
import { DatabaseProcess } from './database-process.ts';
import { groupOf, groupsSql } from './groups-sql.ts';
import { filterSql } from './partition-sql.ts';
import { relationSql } from './relation.ts';
import { identifier } from './sql.ts';

/** SQLite files, each session in a process of its own, in which one transaction sees one state of the file. */
export function createSqliteSource(): TableSource {
  return {
    open: async (definition: TableProviderDefinition, { signal }: Wait): Promise<TableSession> => {
      assert(definition.type === 'sqlite', 'the source of SQLite files reads these');
      await refuseMissing(definition.path);
      return new Session(new DatabaseProcess(definition.path, signal));
    },
  };
}

async function refuseMissing(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (error) {
    const message = `The SQLite file can not be found (${path})`;
    const hint =
      'check the path, and the rights of its directories; it is a path of the machine that reads it';
    throw new FailureError(failure('SOURCE_NOT_FOUND', message, { hint, where: path, cause: error }));
  }
  const hint = 'name the file of the database';
  throw new FailureError(failure('SOURCE_UNREADABLE', `${path} is no file`, { hint, where: path }));
}

class Session implements TableSession {
  readonly #database: DatabaseProcess;
  readonly #columns = new Map<string, readonly TableColumn[]>();

  constructor(database: DatabaseProcess) {
    this.#database = database;
  }

  async describe(relation: RelationDefinition): Promise<TableDescription> {
    return { columns: await this.#columnsOf(relation), rowsAbout: await this.#rowsOf(relation) };
  }

  async groups(request: GroupsRequest): Promise<readonly RowGroup[]> {
    const columns = await this.#columnsOf(request.relation);
    const sql = groupsSql(
      request,
      columns.map(({ name }) => name),
    );
    const rows = await this.#database.rows(sql);
    return rows.map((row) => groupOf(request, row));
  }

  /** An index leads to the rows when the plan searches where it would not without the filter. */
  async cost(relation: RelationDefinition, filter: PartitionFilter): Promise<PlanCost> {
    const plain = await this.#searches(relation);
    const filtered = await this.#searches(relation, filter);
    if (filtered.some((step) => !plain.includes(step))) return { rowsScanned: 0, rowsFound: 0 };
    return { rowsScanned: await this.#rowsOf(relation), rowsFound: 0 };
  }

  async copy({ relation, columns, filter, path, onRows }: CopyRequest): Promise<CopiedRows> {
    const values = columns.map(writtenValue);
    const where = filter === undefined ? '' : ` where ${filterSql(filter)}`;
    const sql = `select ${values.join(', ')} from ${relationSql(relation)}${where}`;
    return await this.#database.write(sql, path, (rowCount) => onRows?.(rowCount));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#database[Symbol.asyncDispose]();
  }

  async #columnsOf(relation: RelationDefinition): Promise<readonly TableColumn[]> {
    const from = relationSql(relation);
    const known = this.#columns.get(from);
    if (known !== undefined) return known;
    const declared = await this.#database.columns(`select * from ${from}`);
    const sample = await this.#database.rows(`select * from ${from} limit ${sampledRows}`);
    const columns = declared.map((column, at) => {
      const stored = storedColumn(
        column,
        sample.map((row) => row[at] ?? null),
      );
      const isOpaque = stored.type.native === 'BLOB' || stored.type.native === 'DOUBLE';
      return { ...stored, ...(isOpaque ? { isOpaque } : {}) };
    });
    this.#columns.set(from, columns);
    return columns;
  }

  async #rowsOf(relation: RelationDefinition): Promise<number> {
    const [[count = 0] = []] = await this.#database.rows(`select count(*) from ${relationSql(relation)}`);
    return Number(count);
  }

  async #searches(relation: RelationDefinition, filter?: PartitionFilter): Promise<readonly string[]> {
    const where = filter === undefined ? '' : ` where ${filterSql(filter)}`;
    const plan = await this.#database.rows(
      `explain query plan select * from ${relationSql(relation)}${where}`,
    );
    const steps = plan.map((row) => String(row.at(-1)));
    // An index that is made for one statement alone is a scan of the table.
    return steps.filter((step) => step.startsWith('SEARCH') && !step.includes('AUTOMATIC'));
  }
}

function writtenValue({ name, type }: ColumnSchema): string {
  const column = identifier(name);
  switch (type.native) {
    case 'BLOB':
      // A text among bytes would be taken for their digits.
      return `cast(${column} as blob)`;
    case 'TIMESTAMP':
      return `case when typeof(${column}) = 'text' and length(${column}) = 10 then ${column} || ' 00:00:00' else ${column} end`;
    default:
      return column;
  }
}
