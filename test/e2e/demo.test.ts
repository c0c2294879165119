import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { it } from 'node:test';
import type { DemoReport } from '../../src/demo/report.ts';
import { runAssay } from '../support/service-process.ts';

it('the demonstration learns from 182 days, catches the broken day, and sees it repaired', async () => {
  const before = demoDirectories();
  const { code, out, err } = await runAssay(['demo', '--once', '--json'], { ASSAY_ACCESS: 'on' });
  const report = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as DemoReport;
  const unmet = report.expectations.filter(({ met }) => !met).map(({ what }) => what);
  assert.deepEqual(unmet, [], err);
  assert.deepEqual([code, report.ok], [0, true]);
  assert.equal(report.backfill.rows, 3_000_000);
  assert.match(err, /half of the rows are missing/);
  assert.match(err, /resolved by itself: restated/);
  assert.deepEqual(demoDirectories(), before, 'nothing of it is left behind');
});

function demoDirectories(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('assay-demo-'));
}
