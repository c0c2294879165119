import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { day } from '../../../src/base/units.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { openServiceWorkplace, type ServiceWorkplace } from '../service-workplace.ts';
import { buildPage } from './browser.ts';

/** The last day that is learned from, counted from 2001-01-01. */
const lastGood = 23;

/** The day with all that can be wrong with one. */
export const badDay = dateOf(lastGood + 1);
/** A day that was published a second time, with other rows. */
export const restatedDay = dateOf(20);

/**
 * A service that watches the dataset `flights`: 24 days that it learned from, one of them restated, then one with a tenth of
 * the rows, a new column, a row that can not be read and rows that should not exist. Its incident is open.
 */
export async function watchedFlights(): Promise<ServiceWorkplace> {
  await buildPage();
  const workplace = await openServiceWorkplace(async (directory) => {
    await mkdir(join(directory, 'data'));
    for (let at = 0; at <= lastGood; at += 1) await writeDay(directory, { at, rows: 300 });
    await writeFile(join(directory, 'flights.yaml'), definition);
  });
  const { directory } = workplace;
  assert.equal((await workplace.assay('apply', '-f', 'flights.yaml')).exitCode, 0);
  const backfill = await workplace.assay('backfill', 'flights');
  assert.equal(backfill.exitCode, 0, backfill.errors);
  await writeDay(directory, { at: 20, rows: 296 });
  await writeDay(directory, { at: lastGood + 1, rows: 110, isBad: true });
  const scan = await workplace.assay('scan', 'flights', '--wait');
  assert.equal(scan.exitCode, 1, scan.errors);
  return workplace;
}

const definition = `dataset: flights
owner: ops@example.org
description: Departures of three airports
provider: {type: files, path: "data/f-*.csv"}
partition: {column: date, by: day}
checks:
  - row_count: {must_be_greater_than: 0}
  - failed_rows: {name: flights without an airport, query: "select * from data where origin is null"}
`;

async function writeDay(
  directory: string,
  { at, rows, isBad = false }: { at: number; rows: number; isBad?: boolean },
): Promise<void> {
  const random = createSeededRandom(at + 1);
  const date = dateOf(at);
  const lines = Array.from(
    { length: rows + random.below(8) },
    () => `${date},${random.pick(['ATL', 'ORD', 'JFK'])},${random.below(60) - 10}${isBad ? ',B7' : ''}`,
  );
  const bad = isBad ? [`${date},,12,B7`, `${date},,15,B8`, `${date},ATL,5,B7,too,many`] : [];
  const head = `date,origin,delay${isBad ? ',gate' : ''}`;
  await writeFile(join(directory, 'data', `f-${date}.csv`), `${[head, ...lines, ...bad].join('\n')}\n`);
}

function dateOf(at: number): string {
  return new Date(Date.UTC(2001, 0, 1) + at * day).toISOString().slice(0, 10);
}
