import type { DuckDBConnection } from '@duckdb/node-api';
import { decodeDataset } from '../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';

/** Real rows in partitions of a day, clean as far as is known: what errors are put into. */
export type RowStream = {
  readonly name: string;
  readonly about: string;
  readonly definition: DatasetDefinition;
  /** Creates the table `stream`: the columns of the dataset, and the partition's key as `__key`. */
  readonly load: (connection: DuckDBConnection, dataDirectory: string) => Promise<void>;
  /** Columns that an error may strike; those that decide the partition are left out. */
  readonly columns: StrikeColumns;
};

/** Which columns of a stream are of which nature. */
export type StrikeColumns = {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  readonly times: readonly string[];
  /** Texts that are mostly letters. */
  readonly lettered: readonly string[];
  /** Texts with a limited set of values. */
  readonly categories: readonly string[];
  /** The column that names the region or tenant a row belongs to. */
  readonly tenant: string;
};

/** The definition that `plain` describes in the keys of the YAML form. */
export function definitionOf(plain: Readonly<Record<string, unknown>>): DatasetDefinition {
  const common = { owner: 'evaluation@example.org', publish: { type: 'static' } };
  const decoded = decodeDataset({ ...common, policy: { alerts_per_month: 1 }, ...plain });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return decoded.value;
}
