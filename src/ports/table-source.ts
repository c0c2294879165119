import type { PartitionKey } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { PartitionRule } from '../core/datasets/definition.ts';
import type { RelationDefinition, TableProviderDefinition } from '../core/datasets/provider-definition.ts';
import type { ColumnSchema, Schema } from '../core/datasets/schema.ts';
import type { PartitionFilter } from '../core/datasets/source.ts';
import type { Wait } from './provider.ts';

/**
 * A database whose tables, views and queries are read. It knows SQL and the wire; how partitions are listed, told from
 * each other, verified and refused is the same for all databases, and not its business.
 */
export interface TableSource {
  /**
   * Opens a session for one listing or one reading. It is read-only, and everything in it is answered from one state of
   * the data as far as the database can. Rejects with a `FailureError`: `SOURCE_UNAVAILABLE` for a server that does not
   * answer, stops or is full, `SOURCE_UNREADABLE` with a hint for one that refuses. No message holds a password.
   */
  open(definition: TableProviderDefinition, wait: Wait): Promise<TableSession>;
}

/**
 * One session. When the signal aborts, whatever runs is ended on the server too, and the method rejects with the signal's
 * reason; the caller keeps the deadline. Otherwise methods reject with `FailureError`s: `SOURCE_NOT_FOUND`,
 * `SOURCE_UNREADABLE`, `SOURCE_UNAVAILABLE`, `TASK_TIMEOUT`. Disposing closes the connection.
 */
export interface TableSession extends AsyncDisposable {
  /** The columns of a relation, as `copy` writes them, and how many rows it has. */
  describe(relation: RelationDefinition): Promise<TableDescription>;
  /**
   * Counts rows by partition, in one statement: as many groups as make `max` partitions, or all of them. A key comes several
   * times where the database groups finer than the rule. Without partitions there is one group, also of no rows: a table
   * that was emptied is still there. Rows whose time is null, or lies outside of the
   * years 1 to 9999 (such as infinity), are together the partition `null`. Times with a zone are cut in UTC.
   */
  groups(request: GroupsRequest): Promise<readonly RowGroup[]>;
  /** What finding the rows of one partition would cost, by the plan of the database. Nothing of it is run. */
  cost(relation: RelationDefinition, filter: PartitionFilter): Promise<PlanCost>;
  /**
   * Writes rows to a path where nothing is, as CSV of exactly these columns: without a header, null as nothing at all, an
   * empty text as `""`, quotes doubled, lines ended by a line feed, UTF-8. With bounded memory: the server waits when the
   * disk does.
   */
  copy(request: CopyRequest): Promise<CopiedRows>;
}

/** How rows are grouped. Columns are named exactly as `describe` names them. */
export type GroupRule = Extract<PartitionRule, { kind: 'none' | 'time' | 'columns' }>;

export type TableDescription = {
  readonly columns: readonly TableColumn[];
  /** About as many rows as the relation has, by the statistics of the database: it costs nothing to ask. */
  readonly rowsAbout: number;
};

export type TableColumn = ColumnSchema & {
  /** That its values can not be grouped or compared, such as documents. */
  readonly isOpaque?: true;
};

export type GroupsRequest = {
  readonly relation: RelationDefinition;
  readonly rule: GroupRule;
  readonly mark: MarkRule;
  /** Only the groups of these; by default all. */
  readonly only?: readonly PartitionFilter[];
  readonly max: number;
};

/** What tells a changed group of one that is not, beside its number of rows. */
export type MarkRule =
  /** The largest value of a column that grows whenever a row is changed, and a sum of all of them where they have one. */
  | { readonly kind: 'updated'; readonly column: string }
  /** Something that is different after any change of any row, whatever it costs to read. */
  | { readonly kind: 'content' }
  /** Nothing. */
  | { readonly kind: 'count' };

/** The rows of one partition. */
export type RowGroup = {
  /** Made by `timeKey`, `columnsKey`; `nullPartition`; `wholeDataset`. */
  readonly key: PartitionKey;
  readonly rowCount: number;
  /** By the request's `mark`; empty for `count`. */
  readonly mark: string;
  /** The largest value of the updated column, when it is a time. */
  readonly updatedAt?: Instant;
};

export type PlanCost = {
  /** Rows that are read one after the other, without the help of an index: 0 when an index leads to those wanted. */
  readonly rowsScanned: number;
  /** About as many rows as are found. */
  readonly rowsFound: number;
};

export type CopyRequest = {
  readonly relation: RelationDefinition;
  /** As `describe` gave them, in the order in which they are written. */
  readonly columns: Schema;
  readonly filter?: PartitionFilter;
  readonly path: string;
  /** Called now and then with the number of rows so far. */
  readonly onRows?: (rows: number) => void;
};

export type CopiedRows = {
  /** As the database counted them, where it does. */
  readonly rowCount: number;
  /** Whether each row is one line: no text holds a line break. */
  readonly isLinewise: boolean;
};
