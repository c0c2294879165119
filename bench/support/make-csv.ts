import { DuckDBInstance } from '@duckdb/node-api';

/**
 * Writes a CSV file of synthetic trips: 18 columns (integers, a bigint id, two timestamps, doubles, a decimal, texts of
 * few, of 200,000 and of unique values, a note that is mostly null), about 169 bytes a row. The same rows every time.
 */
export async function makeTripsCsv(path: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run(`copy (${tripsSql(rows)}) to '${path}' (format csv, header true)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function tripsSql(rows: number): string {
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
    from range(${rows}) t(i)`;
}
