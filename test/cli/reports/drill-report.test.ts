import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../src/base/units.ts';
import { drillHtml } from '../../../src/cli/reports/drills/drill-html.ts';
import { drillJson } from '../../../src/cli/reports/drills/drill-json.ts';
import { drillText } from '../../../src/cli/reports/drills/drill-text.ts';
import { faultLanes } from '../../../src/cli/reports/drills/fault-lanes.ts';
import { drillReport } from '../../../src/core/drills/drill-report.ts';
import type { DrillHistory, InjectedFault } from '../../../src/core/drills/history.ts';
import { cleanHistory } from '../../core/drills/histories.ts';

const about = {
  command: 'assay drill failure --jobs 3 --seed 7',
  seed: 7,
  version: '0.1.0',
  machine: '<2 cores>',
  cluster: 'three of all',
};

function fault(number: number, at: number, parts: Partial<InjectedFault> = {}): InjectedFault {
  const what = 'node-quality-a1';
  return {
    number,
    at: instant(at),
    kind: 'kill',
    targets: [what],
    what,
    healedAt: instant(at + 500),
    ...parts,
  };
}

function reportOf(parts: Partial<DrillHistory> = {}, cutShort?: string) {
  const faults = [fault(1, 100), fault(2, 150, { what: 'zone <b>', targets: ['a', 'b'] })];
  const history = { ...cleanHistory(), faults, ...parts };
  const ended = { startedAt: instant(0), endedAt: instant(1_000) };
  const run = {
    history,
    ...ended,
    interrupted: cutShort !== undefined,
    ...(cutShort === undefined ? {} : { cutShort }),
  };
  return drillReport({ drill: 'failure', about, run, reference: cleanHistory() });
}

describe('the report of a drill', () => {
  it('says on top that it passed, with the seed and the way to run it again', () => {
    const html = drillHtml(reportOf());
    assert.match(html, /<h1>Failure drill passed<\/h1>/);
    assert.ok(html.includes('seed 7') && html.includes(about.command));
    assert.equal(drillText(reportOf(), { color: false }).includes('✓ passed'), true);
  });

  it('needs nothing beside itself and takes no text for markup', () => {
    const html = drillHtml(reportOf());
    assert.doesNotMatch(html, /<script|<link|<img|@import|https?:/);
    assert.ok(html.includes('zone &#60;b&#62;') && !html.includes('zone <b>'));
    assert.ok(html.includes('&#60;2 cores&#62;'));
  });

  it('marks every fault with its number', () => {
    const html = drillHtml(reportOf());
    for (const number of [1, 2]) assert.ok(html.includes(`text-anchor="middle">${number}</text></g>`));
  });

  it('tells what is wrong, and does not pass then', () => {
    const report = reportOf({ results: [], incidents: [] });
    assert.equal(report.passed, false);
    const html = drillHtml(report);
    assert.match(html, /Failure drill failed/);
    assert.ok(html.includes('the result r1 is missing'));
    assert.ok(drillText(report, { color: false }).includes('lost: the result r1 is missing'));
  });

  it('does not pass when it was cut short, whatever was right until then', () => {
    const report = reportOf({ results: [] }, 'somebody wanted to go home');
    assert.deepEqual([report.verdict.findings, report.passed], [[], false]);
    assert.ok(drillHtml(report).includes('It was cut short: somebody wanted to go home.'));
  });

  it('counts throughput in intervals of a tenth of a second', () => {
    const { throughput } = reportOf();
    assert.equal(throughput.bucketMs, 100);
    assert.deepEqual([throughput.tasks[0], throughput.jobs[0], throughput.tasks.length], [7, 3, 11]);
  });

  it('gives the whole history in order, with epochs that no number holds', () => {
    const clean = cleanHistory();
    const effects = clean.effects.map((effect) => ({ ...effect, epoch: 2n ** 62n }));
    const history = { ...clean, effects };
    const { events } = JSON.parse(drillJson(reportOf({ effects }), history)) as {
      events: { at: number; event: string; epoch?: string }[];
    };
    assert.deepEqual(
      events.map(({ at }) => at),
      events.map(({ at }) => at).toSorted((a, b) => a - b),
    );
    assert.equal(events.find(({ event }) => event === 'effect')?.epoch, String(2n ** 62n));
    const kinds = new Set(events.map(({ event }) => event));
    for (const kind of ['submitted', 'task ended', 'job ended', 'effect', 'message received']) {
      assert.ok(kinds.has(kind), kind);
    }
  });
});

describe('the lanes of faults', () => {
  const frame = { startedAt: instant(0), tookMs: 10_000, minMs: 100 };
  const told = (faults: readonly InjectedFault[]) =>
    faults.map((one) => ({ ...one, longestPauseMs: 0, healedMs: (one.healedAt ?? one.at) - one.at }));

  it('are by whom a fault hit, and hide none behind another', () => {
    const lanes = faultLanes(
      told([
        fault(1, 0),
        fault(2, 100),
        fault(3, 2_000),
        fault(4, 50, { what: 'leader manager-quality-1' }),
        fault(5, 60, { what: 'zone a' }),
      ]),
      frame,
    );
    assert.deepEqual(
      lanes.map(({ name, rows }) => [name, rows.map((row) => row.map((bar) => bar.fault.number))]),
      [
        ['zone', [[5]]],
        ['managers', [[4]]],
        ['quality', [[1, 3], [2]]],
      ],
    );
  });
});
