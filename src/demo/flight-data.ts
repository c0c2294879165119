import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** A day that the demonstration publishes, and the real days of June that it is made of. */
export type DemoDay = {
  readonly day: string;
  readonly madeOf: readonly [string, string];
};

/** The file ends on 1 July 2001. These two weekdays follow; each is made of the flights of two such weekdays of June. */
export const goodDay: DemoDay = { day: '2001-07-02', madeOf: ['2001-06-11', '2001-06-18'] };
export const brokenDay: DemoDay = { day: '2001-07-03', madeOf: ['2001-06-12', '2001-06-19'] };

/** How the broken day is broken, in words; `publishDay` does exactly this. */
export const breakage = [
  'half of the rows are lost',
  'distance is in kilometres instead of miles',
  '20 % of delay is null',
] as const;

/** The path of the 3,000,000 flights in the installed package. */
export function flightsFile(): string {
  return join(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-3m.parquet');
}

/** Puts the published history, 1 January to 1 July 2001, into `directory`. */
export async function publishHistory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await copyFile(flightsFile(), join(directory, 'flights-2001-first-half.parquet'));
}

/**
 * Publishes one day as its own file, replacing an earlier version of it in one step, as a careful publisher would.
 * Every second flight of each of two real days makes up the new one, so that its rows are real and yet not a copy.
 */
export async function publishDay(
  directory: string,
  { day, madeOf }: DemoDay,
  version: 'good' | 'broken',
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const target = join(directory, `flights-${day}.parquet`);
  const draft = join(directory, `.${randomUUID()}.draft`);
  try {
    await connection.run(
      `copy (${daySql({ day, madeOf }, version)}) to '${quoted(draft)}' (format parquet, compression zstd)`,
    );
    await rename(draft, target);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function daySql({ day, madeOf }: DemoDay, version: 'good' | 'broken'): string {
  const source = `read_parquet('${quoted(flightsFile())}', file_row_number = true)`;
  const halves = madeOf.map(
    (from, at) => `
      select date + (date '${day}' - date '${from}') * interval 1 day as date, delay, distance, origin, destination,
        row_number() over (order by file_row_number) as position
      from ${source}
      where date >= timestamp '${from}' and date < timestamp '${from}' + interval 1 day
        and file_row_number % 2 = ${at}`,
  );
  const flights = `select * from (${halves.join(' union all ')})`;
  if (version === 'good') return `select * exclude (position) from (${flights}) order by date, position`;
  return `
    select date, case when position % 10 = 0 then null else delay end as delay,
      cast(round(distance * 1.609344) as bigint) as distance, origin, destination
    from (${flights}) where position % 2 = 0 order by date, position`;
}

function quoted(path: string): string {
  return path.replaceAll("'", "''");
}
