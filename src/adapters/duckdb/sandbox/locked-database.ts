import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { KiB } from '../../../base/units.ts';
import type { QueryRequest } from '../../../ports/engine.ts';
import { identifier, literalList } from '../sql.ts';

/** A database of its own for one statement of a user. */
export type LockedDatabase = Disposable & {
  readonly connection: DuckDBConnection;
  /** How many rows `data` has. */
  readonly rows: number;
};

/** DuckDB counts rows by their fixed size: with its own default, texts of hundreds of megabytes may wait in there. */
const streamBufferBytes = 64 * KiB;

/**
 * Opens a database in memory that holds the view `data` over the rows of a request, in the order of its files, and
 * nothing else. It can open these files alone, loads no extension, writes no file, and its settings can not be changed. It
 * uses one thread, so that sums and samples come out the same each time.
 */
export async function openLockedDatabase(
  source: Pick<QueryRequest, 'paths' | 'schema'>,
  memoryMb: number,
): Promise<LockedDatabase> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: `${memoryMb}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  try {
    const connection = await instance.connect();
    await connection.run(
      `set TimeZone = 'UTC'; set enable_progress_bar = true; set enable_progress_bar_print = false;
       set streaming_buffer_size = '${streamBufferBytes}B';
       set allowed_paths = ${literalList(source.paths)};
       set temp_directory = '';
       set enable_external_access = false;
       create view data as ${rowsSql(source)}`,
    );
    const counted = await connection.runAndReadAll('select count(*)::double from data');
    await connection.run('set errors_as_json = true; set lock_configuration = true');
    return {
      connection,
      rows: Number(counted.getRows()[0]?.[0]),
      [Symbol.dispose]: () => closeDatabase(instance, connection),
    };
  } catch (thrown) {
    instance.closeSync();
    throw thrown;
  }
}

function closeDatabase(instance: DuckDBInstance, connection: DuckDBConnection): void {
  connection.closeSync();
  instance.closeSync();
}

/** The rows of a request. Its columns are named, so that what the reader has besides, such as names of files, stays hidden. */
export function rowsSql({ paths, schema }: Pick<QueryRequest, 'paths' | 'schema'>): string {
  const columns = schema.map(({ name }) => identifier(name)).join(', ');
  const union = paths.length > 1 ? ', union_by_name = true' : '';
  return `select ${columns} from read_parquet(${literalList(paths)}, hive_partitioning = false${union})`;
}
