import { DuckDBInstance } from '@duckdb/node-api';

/** What to write, by the ending of the file: CSV, or Parquet as DuckDB compresses it by default. */
const formats = { csv: 'format csv, header true', parquet: 'format parquet, compression zstd' } as const;

/**
 * Writes a file of synthetic trips: 18 columns (integers, a bigint id, two timestamps, doubles, a decimal, texts of
 * few, of 200,000 and of unique values, a note that is mostly null), about 169 bytes a row in CSV. The same rows every
 * time; `from` is the number of the first.
 */
export function makeTrips(path: string, rows: number, from = 0): Promise<void> {
  return writeFile(path, tripsSql(rows, from));
}

/** Writes a Parquet file of `columns` columns of four kinds, the same every time. */
export function makeWide(path: string, rows: number, columns: number): Promise<void> {
  const kinds = [
    (at: number): string => `(hash(i + ${at}) % 1000)::int`,
    (at: number): string => `round((hash(i * 3 + ${at}) % 1000000) / 997.0, 3)::double`,
    (at: number): string => `'item-' || (hash(i * 7 + ${at}) % 500)`,
    (at: number): string => `case when hash(i + ${at}) % 9 > 0 then hash(i * 11 + ${at})::varchar end`,
  ];
  const list = Array.from({ length: columns }, (_, at) => `${kinds[at % 4]?.(at)} as column_${at}`);
  return writeFile(path, `select ${list.join(', ')} from range(${rows}) t(i)`);
}

async function writeFile(path: string, select: string): Promise<void> {
  const format = path.endsWith('.csv') ? formats.csv : formats.parquet;
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run(`copy (${select}) to '${path}' (${format})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function tripsSql(rows: number, from: number): string {
  return `
    select
      (i * 7919 + 1000000000000)::bigint as trip_id,
      (hash(i) % 6)::int as passengers,
      (hash(i + 1) % 265)::int as pickup_zone,
      (hash(i + 2) % 265)::int as dropoff_zone,
      (hash(i + 3) % 3)::int as vendor,
      timestamp '2024-01-01' + to_seconds((i * 3) % 31536000) as started_at,
      timestamp '2024-01-01' + to_seconds((i * 3) % 31536000 + 120 + hash(i + 4) % 3600) as ended_at,
      round(0.3 + (hash(i + 5) % 400000) / 10000.0, 4)::double as distance,
      round(40.5 + (hash(i + 6) % 400000) / 1000000.0, 6)::double as latitude,
      round(-74.2 + (hash(i + 7) % 500000) / 1000000.0, 6)::double as longitude,
      round(1 + (hash(i + 8) % 3000) / 1000.0, 3)::double as surge,
      (3 + (hash(i + 9) % 12000) / 100.0)::decimal(10, 2) as fare,
      ['card', 'cash', 'app', 'voucher'][1 + (hash(i + 10) % 4)::int] as payment,
      ['standard', 'shared', 'premium'][1 + (hash(i + 11) % 3)::int] as service,
      ['Bronx', 'Brooklyn', 'Manhattan', 'Queens', 'Staten Island'][1 + (hash(i + 12) % 5)::int] as borough,
      'driver-' || (hash(i + 13) % 200000) as driver,
      md5(i::varchar) as token,
      case when hash(i + 14) % 5 = 0 then 'left item no. ' || (hash(i + 15) % 1000) end as note
    from range(${from}, ${from + rows}) t(i)`;
}
