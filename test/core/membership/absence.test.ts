import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NodeId, nodeId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { type Absences, judgeAbsences } from '../../../src/core/membership/absence.ts';

const graceMs = 3_000;
const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => nodeId(`n${from + at}`));

function judge(
  expected: readonly NodeId[],
  present: readonly NodeId[],
  nowMs: number,
  before: Absences = new Map(),
) {
  return judgeAbsences({ before, expected, present: new Set(present), now: instant(nowMs), graceMs });
}

describe('absent nodes', () => {
  it('are lost at once when they are few', () => {
    const verdict = judge(ids(0, 9), ids(0, 7), 0);
    assert.deepEqual([...verdict.lost.keys()], ids(7, 9));
    assert.ok([...verdict.lost.values()].every((absence) => !absence.mass));
  });

  it('are lost at once in a small cluster, where one is more than a third', () => {
    assert.deepEqual([...judge(ids(0, 2), ids(0, 1), 0).lost.keys()], ids(1, 2));
    assert.deepEqual([...judge(ids(0, 2), [], 0).lost.keys()], ids(0, 2));
  });

  it('have one grace period to come back when they are three and more than a third', () => {
    const first = judge(ids(0, 8), ids(0, 5), 100);
    assert.deepEqual([...first.lost.keys()], []);
    assert.equal(first.wakeAt, 100 + graceMs);
    const last = judge([], ids(0, 5), 100 + graceMs, first.absences);
    assert.deepEqual([...last.lost.keys()], ids(5, 8));
    assert.ok([...last.lost.values()].every((absence) => absence.mass));
    assert.equal(last.absences.size, 0);
  });

  it('count together when they vanish one after the other within one grace period', () => {
    const first = judge(ids(0, 6), ids(0, 5), 0);
    assert.equal(first.lost.size, 1);
    const second = judge(ids(0, 5), ids(0, 4), 1_000, first.absences);
    assert.equal(second.lost.size, 2);
    const third = judge(ids(0, 4), ids(0, 3), 2_000, second.absences);
    assert.equal(third.lost.has(nodeId('n3')), false);
    const apart = judge(ids(0, 4), ids(0, 3), 9_000, second.absences);
    assert.equal(apart.lost.has(nodeId('n3')), true);
  });

  it('are forgotten when they come back', () => {
    const away = judge(ids(0, 8), ids(0, 5), 0);
    const back = judge(ids(0, 5), ids(0, 8), 1_000, away.absences);
    assert.deepEqual([back.lost.size, back.absences.size], [0, 0]);
  });
});
