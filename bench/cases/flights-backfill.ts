import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { Client } from '../../src/cli/client.ts';
import { startStandalone } from '../../src/compose/standalone.ts';
import { readConfig } from '../../src/config/standalone-config.ts';
import { publishHistory } from '../../src/demo/flight-data.ts';

/** The backfill of the 182 flight partitions: from the request until the last partition is judged and told about. */
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
const config = readConfig({ data: join(folder, 'data'), port: 0, logLevel: 'error' }, process.env);
if (!config.ok) throw new Error(config.error.message);
const service = await startStandalone(config.value);
if (!service.ok) throw new Error(service.error.message);
const client = new Client({ url: service.value.url, clock: systemClock });
await publishHistory(join(folder, 'flights'));
const yaml = readFileSync(join(import.meta.dirname, '../../examples/flights.yaml'), 'utf8');
await client.apply({ yaml, file: 'flights.yaml', baseDirectory: folder });
const started = performance.now();
const begun = await client.startBackfill({ dataset: 'flights' });
if (!begun.ok) throw new Error(begun.error.message);
let state = 'running';
let measured = 0;
for await (const view of client.followBackfill(begun.value.id, new AbortController().signal)) {
  if (!view.ok) throw new Error(view.error.message);
  ({ state, measured } = view.value);
}
const ms = performance.now() - started;
await service.value.stop();
rmSync(folder, { recursive: true });
if (state !== 'succeeded' || measured !== 182)
  throw new Error(`the backfill ${state} with ${measured} partitions`);
console.log(JSON.stringify({ ms }));
