import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { DatasetName, PartitionKey } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { instant } from '../../src/base/units.ts';
import { createChecking } from '../../src/compose/checking.ts';
import { createKit } from '../../src/compose/kit.ts';
import { type EvaluationInput, evaluate } from '../../src/core/checks/evaluate.ts';
import { noChecks } from '../../src/core/datasets/decode.ts';
import { metricKey } from '../../src/core/metrics/metric.ts';
import { defaultMeasurePlan } from '../../src/core/metrics/plan.ts';
import { decodeProfile } from '../../src/core/metrics/profile-codec.ts';
import { noHistory } from '../../src/core/thresholds/history.ts';
import { makeWide } from '../support/make-trips.ts';

/** The evaluation of one partition of so many columns: alone, with a history of so many days, and with a baseline. */
const [columns = 18, days = 365] = process.argv.slice(2).map(Number);
const profile = await measured(columns);
const decoded = decodeProfile(profile);
if (!decoded.ok) throw new Error(decoded.error.message);
const { schema, rowCount } = decoded.value;
const dataset = 'wide' as DatasetName;
const dayOf = (at: number): PartitionKey =>
  new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10) as PartitionKey;
const now = instant(Date.UTC(2024, 0, 1 + days));
const revision = { dataset, partition: dayOf(days), number: 1 };
const alone: EvaluationInput = {
  definition: {
    ...noChecks,
    dataset,
    owner: 'nobody',
    followers: [],
    provider: { type: 'files', path: '/' },
    partition: { kind: 'file' },
    publish: { type: 'static' },
    notify: [],
  },
  now,
  history: noHistory,
  targets: [
    {
      revision,
      schema,
      rejected: { count: 0, samples: [] },
      sizeBytes: 1,
      ingestedAt: now,
      rowCount,
      profiles: [profile],
    },
  ],
};
const values = evaluate(alone).evaluations[0]?.values ?? [];
const noise = (at: number, metric: number): number => {
  const x = Math.sin(at * 12.9898 + metric * 78.233) * 43_758.5453;
  return 1 + 0.01 * (x - Math.floor(x));
};
const history = {
  partitions: Array.from({ length: days }, (_, at) => ({ key: dayOf(at), revision: 1 })),
  series: values.map(({ metric, column, scale, value, rows }, place) => ({
    metric: metricKey(metric, column),
    scale,
    values: Array.from({ length: days }, (_, at) => (value === undefined ? null : value * noise(at, place))),
    rows: Array.from({ length: days }, () => rows),
  })),
};
const baseline = Array.from({ length: Math.min(days, limits.baselinePartitionsMax) }, (_, at) => {
  return { key: dayOf(days + at - limits.baselinePartitionsMax), profiles: [profile] };
});
const timed = (input: EvaluationInput): number => {
  const started = performance.now();
  evaluate(input);
  return performance.now() - started;
};
// The first evaluation of a process is slower: that is what a worker is asked for.
const historyMs = timed({ ...alone, history });
const aloneMs = timed(alone);
const baselineMs = timed({ ...alone, baseline }) - aloneMs;
console.log(JSON.stringify({ columns, days, metrics: values.length, aloneMs, historyMs, baselineMs }));

/** The profile of a wide file, as a measurement gives it. */
async function measured(width: number): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const path = join(folder, 'wide.parquet');
  const { engine } = createChecking(createKit({ logLevel: 'error' }), {
    workers: 1,
    scratchDirectory: folder,
  });
  try {
    await makeWide(path, 200_000, width);
    const { size, mtimeMs } = statSync(path);
    const files = [{ path, sizeBytes: size, modifiedAtMs: mtimeMs }];
    const scan = { kind: 'files', format: 'parquet', files, hiveKeys: [] } as const;
    const output = await engine.measure(
      { source: { kind: 'scan', scan }, plan: defaultMeasurePlan },
      {
        signal: new AbortController().signal,
        timeoutMs: limits.measureTimeoutMs,
        memoryMb: limits.measureMemoryMb,
      },
    );
    if (!output.ok) throw new Error(output.error.message);
    return output.value.profile;
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}
