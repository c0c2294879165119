import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiSuite } from './suites/api.ts';
import { checkSuite } from './suites/check.ts';
import { csvSuite } from './suites/csv.ts';
import { flightsSuite } from './suites/flights.ts';
import { leaderSuite } from './suites/leader.ts';
import { mariadbSuite } from './suites/mariadb.ts';
import { pageSuite } from './suites/page.ts';
import { postgresSuite } from './suites/postgres.ts';
import { replaySuite } from './suites/replay.ts';
import { s3Suite } from './suites/s3.ts';
import { scheduleSuite } from './suites/schedule.ts';
import { startSuite } from './suites/start.ts';
import { wideSuite } from './suites/wide.ts';
import { Bench } from './support/bench.ts';

/**
 * Measures what the README and the docs claim, side by side in one run: commands in turn, medians, ratios pair by pair.
 * `npm run bench -- [--runs 3] [--rows 10000000] [--only check] [--large]`; writes bench/out/report.json.
 */
const suites = {
  check: checkSuite,
  wide: wideSuite,
  replay: replaySuite,
  flights: flightsSuite,
  csv: csvSuite,
  mariadb: mariadbSuite,
  start: startSuite,
  leader: leaderSuite,
  s3: s3Suite,
  schedule: scheduleSuite,
  page: pageSuite,
  api: apiSuite,
  postgres: postgresSuite,
} as const;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rows: { type: 'string', default: '10000000' },
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
  },
});
const wanted = Object.entries(suites).filter(([name]) => options.only === undefined || options.only === name);
if (wanted.length === 0) {
  throw new Error(`--only ${options.only} is none of ${Object.keys(suites).join(', ')}`);
}
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
const bench = new Bench(
  { runs: Number(options.runs), rows: Number(options.rows), large: options.large },
  folder,
);
try {
  for (const [, suite] of wanted) await suite(bench);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
bench.report(join(import.meta.dirname, 'out'));
