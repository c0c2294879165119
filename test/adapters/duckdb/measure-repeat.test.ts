import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import { testKit } from '../../support/kit.ts';

const schema = [
  { name: 'few', type: columnType('BIGINT') },
  { name: 'price', type: columnType('DOUBLE') },
  { name: 'many', type: columnType('DOUBLE') },
];

for (const rows of [20_000, 300_000]) {
  it(`a batch of ${rows} rows measured again gives the same bits`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-repeat-'));
    const path = join(folder, 'batch.parquet');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run(
      `copy (select hash(i) % 1000 as few, (hash(i) % 5000) / 7.0 as price, sin(i) * 1e6 as many
         from range(${rows}) t(i)) to '${path}' (format parquet, row_group_size 30000)`,
    );
    connection.closeSync();
    instance.closeSync();
    const engine = createEngine(
      { ...testKit(), clock: systemClock },
      { workersMax: 1, scratchDirectory: folder },
    );
    try {
      const profiles = [];
      for (let time = 0; time < 6; time += 1) {
        const measured = await engine.measure(
          { source: { kind: 'batch', path, schema }, plan: defaultMeasurePlan },
          { signal: new AbortController().signal, timeoutMs: 60_000, memoryMb: 1_024 },
        );
        assert.ok(measured.ok, JSON.stringify(measured));
        profiles.push(Buffer.from(measured.value.profile).toString('base64'));
      }
      assert.equal(new Set(profiles).size, 1);
    } finally {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
