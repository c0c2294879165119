import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTelemetry } from '../../../src/adapters/system/telemetry.ts';
import { InvariantError } from '../../../src/base/assert.ts';
import { telemetryCatalogue } from '../../../src/base/telemetry.ts';

test('counters, gauges and histograms are rendered under the names of the catalogue', async () => {
  const telemetry = createTelemetry();
  telemetry.count('assay_jobs_enqueued_total', { kind: 'scan' });
  telemetry.count('assay_jobs_enqueued_total', { kind: 'scan' }, 4);
  telemetry.gauge('assay_nodes', 3, { cluster: 'quality' });
  telemetry.observe('assay_job_seconds', 0.2, { kind: 'scan' });
  const text = await telemetry.render();
  assert.match(text, /^assay_jobs_enqueued_total\{kind="scan"\} 5$/m);
  assert.match(text, /^assay_nodes\{cluster="quality"\} 3$/m);
  assert.match(text, /^assay_job_seconds_bucket\{le="0.25",kind="scan"\} 1$/m);
  for (const name of Object.keys(telemetryCatalogue)) assert.match(text, new RegExp(`^# HELP ${name} `, 'm'));
  assert.match(text, /^process_cpu_seconds_total /m);
});

test('two telemetries in one process do not mix', async () => {
  const [first, second] = [createTelemetry(), createTelemetry()];
  first.count('assay_rows_ingested_total', {}, 7);
  assert.match(await second.render(), /^assay_rows_ingested_total 0$/m);
});

test('wrong labels and numbers that can not be counted do no harm', async () => {
  const telemetry = createTelemetry();
  telemetry.count('assay_jobs_enqueued_total', { wrong: 'x' });
  telemetry.count('assay_rows_ingested_total', {}, -1);
  telemetry.gauge('assay_incidents_open', Number.NaN);
  telemetry.observe('assay_job_seconds', Number.POSITIVE_INFINITY, { kind: 'scan' });
  assert.match(await telemetry.render(), /^assay_jobs_enqueued_total\{kind="unknown"\} 1$/m);
});

test('a metric used by the wrong method is a broken invariant', () => {
  assert.throws(() => createTelemetry().count('assay_nodes'), InvariantError);
});
