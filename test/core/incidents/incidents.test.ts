import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { incidentId, partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { Evaluation } from '../../../src/core/checks/evaluate.ts';
import { failureEvaluation } from '../../../src/core/checks/failed-evaluation.ts';
import type { Result, ResultStatus } from '../../../src/core/checks/result.ts';
import { resultIdOf } from '../../../src/core/checks/result-id.ts';
import { collapseLines } from '../../../src/core/incidents/collapse-lines.ts';
import type { Incident } from '../../../src/core/incidents/incident.ts';
import { incidentTitle } from '../../../src/core/incidents/incident-title.ts';
import { type MergeRequest, mergeResults } from '../../../src/core/incidents/merge-results.ts';
import { type IncidentAction, transition } from '../../../src/core/incidents/transition.ts';
import { datasetOf } from '../../support/names.ts';

const dataset = datasetOf('flights');
const now = instant(1_000);

/** The nth day of July 2001. */
function key(nth: number): ReturnType<typeof partitionKey> {
  return partitionKey(`2001-07-${String(nth).padStart(2, '0')}`);
}

type Verdict = { status: ResultStatus; value?: number; expected?: number; severity?: number };

/** An evaluation with one learned result for each check. */
function evaluation(nth: number, checks: Record<string, Verdict>, number = 1): Evaluation {
  const revision = { dataset, partition: key(nth), number };
  const results = Object.entries(checks).map(
    ([check, { status, value = 1, expected = 1, severity = 2 }]): Result => {
      const learned = { state: 'new_level', expected, history: 50 } as const;
      const record = { kind: 'learned', learned } as const;
      return {
        id: resultIdOf(revision, check),
        revision,
        check,
        metric: check,
        status,
        value,
        severity,
        record,
      };
    },
  );
  return {
    revision,
    values: [{ metric: 'row_count', value: 1, scale: 'count', rows: 1 }],
    details: [],
    results,
  };
}

function merge(evaluations: readonly Evaluation[], more: Partial<MergeRequest> = {}): readonly Incident[] {
  let ids = 0;
  const newId = (): ReturnType<typeof incidentId> => {
    ids += 1;
    return incidentId(`new-${(more.unresolved ?? []).length}-${ids}`);
  };
  return mergeResults({ unresolved: [], evaluations, before: [], now, newId, mode: 'check', ...more });
}

function only(incidents: readonly Incident[]): Incident {
  assert.equal(incidents.length, 1, JSON.stringify(incidents));
  return incidents[0] as Incident;
}

const fail = { status: 'fail' } as const;
const pass = { status: 'pass' } as const;

describe('mergeResults', () => {
  it('makes one incident of all alarms of a partition', () => {
    const incident = only(
      merge([evaluation(3, { row_count: fail, 'delay.avg': { status: 'warn' }, 'delay.min': pass })]),
    );
    assert.deepEqual(
      incident.lines.map(({ check, open }) => [check, open]),
      [
        ['row_count', true],
        ['delay.avg', true],
      ],
    );
    assert.equal(incident.level, 'fail');
    assert.equal(incident.state.state, 'new');
    assert.equal(incident.firstPartition, key(3));
  });

  it('opens nothing where nothing fails', () => {
    assert.deepEqual(
      merge([evaluation(3, { row_count: pass, 'delay.avg': { status: 'not_evaluated' } })]),
      [],
    );
  });

  it('joins a metric that alarmed within the three partitions before, and no other', () => {
    const first = only(merge([evaluation(1, { row_count: fail })]));
    const before = [1, 2, 3, 4].map(key);
    const near = merge([evaluation(4, { row_count: fail, 'delay.avg': fail })], {
      unresolved: [first],
      before: before.slice(0, 3),
    });
    assert.equal(only(near).id, first.id);
    assert.equal(only(near).lines.length, 3);
    const far = merge([evaluation(5, { row_count: fail })], { unresolved: [first], before });
    assert.notEqual(only(far).id, first.id);
    const other = merge([evaluation(4, { 'delay.avg': fail })], {
      unresolved: [first],
      before: before.slice(0, 3),
    });
    assert.notEqual(only(other).id, first.id);
  });

  it('closes the lines that a later revision passes, and resolves an incident without open lines', () => {
    const first = only(merge([evaluation(3, { row_count: fail, 'delay.avg': fail })]));
    const half = only(
      merge([evaluation(3, { row_count: pass, 'delay.avg': fail }, 2)], { unresolved: [first] }),
    );
    assert.deepEqual(
      half.lines.map(({ check, open, revision }) => [check, open, revision]),
      [
        ['row_count', false, 1],
        ['delay.avg', true, 2],
      ],
    );
    assert.equal(half.state.state, 'new');
    const done = only(
      merge([evaluation(3, { row_count: pass, 'delay.avg': pass }, 3)], { unresolved: [half] }),
    );
    assert.deepEqual(done.state, { state: 'resolved', reason: 'restated', by: 'assay', at: now });
  });

  it('lets no late evaluation of an older revision close a newer line', () => {
    const first = only(merge([evaluation(3, { row_count: fail }, 2)]));
    assert.deepEqual(merge([evaluation(3, { row_count: pass }, 1)], { unresolved: [first] }), []);
  });

  it('changes nothing when the same evaluation is merged twice', () => {
    const again = evaluation(3, { row_count: fail });
    const first = only(merge([again]));
    assert.deepEqual(merge([again], { unresolved: [first] }), []);
  });

  it('keeps what failed open when a later evaluation could not be made', () => {
    const first = only(merge([evaluation(3, { row_count: fail })]));
    const failure = { code: 'SOURCE_UNREADABLE', message: 'cut off' } as const;
    const blind = failureEvaluation({ dataset, partition: key(3) }, failure);
    const merged = only(
      merge([{ ...blind, revision: { ...blind.revision, number: 2 } }], { unresolved: [first] }),
    );
    assert.deepEqual(
      merged.lines.map(({ check, open }) => [check, open]),
      [
        ['row_count', true],
        ['ingest', true],
      ],
    );
  });

  it('makes an incident of a partition that could not be read, which a good revision resolves', () => {
    const failure = { code: 'SOURCE_UNREADABLE', message: 'the file is cut off' } as const;
    const first = only(merge([failureEvaluation({ dataset, partition: key(3) }, failure)]));
    assert.equal(first.lines[0]?.status, 'error');
    assert.match(incidentTitle(first), /flights 2001-07-03: ingest: the file is cut off/);
    const good = only(merge([evaluation(3, { row_count: pass })], { unresolved: [first] }));
    assert.equal(good.state.state, 'resolved');
  });

  it('opens incidents of a backfill for its last partition alone', () => {
    const frame = [1, 2, 3, 4, 5, 6, 7, 8].map((nth) =>
      evaluation(nth, { row_count: nth % 4 === 0 ? fail : pass }),
    );
    const incident = only(merge(frame, { mode: 'backfill' }));
    assert.equal(incident.firstPartition, key(8));
    assert.equal(merge(frame).length, 2);
    assert.deepEqual(merge(frame.slice(0, -1), { mode: 'backfill' }), []);
  });

  it('lets a backfill close lines of any partition', () => {
    const first = only(merge([evaluation(2, { row_count: fail })]));
    const frame = [1, 2, 3].map((nth) => evaluation(nth, { row_count: pass }, 2));
    assert.equal(only(merge(frame, { mode: 'backfill', unresolved: [first] })).state.state, 'resolved');
  });

  it('leaves an acknowledged incident acknowledged when more joins', () => {
    const opened = only(merge([evaluation(3, { row_count: fail })]));
    const seen = transition(opened, { kind: 'acknowledge', by: 'ann' }, now);
    assert.ok(seen.ok);
    const joined = only(
      merge([evaluation(4, { row_count: fail })], { unresolved: [seen.value], before: [key(3)] }),
    );
    assert.equal(joined.state.state, 'acknowledged');
    assert.equal(joined.log.at(-1)?.text, 'partition 2001-07-04 joined');
  });

  it('keeps a bounded number of lines', () => {
    const checks = Object.fromEntries(Array.from({ length: 1_500 }, (_, nth) => [`c${nth}.avg`, fail]));
    assert.equal(only(merge([evaluation(3, checks)])).lines.length, limits.incidentLinesMax);
  });
});

describe('transition', () => {
  const incident = only(merge([evaluation(3, { row_count: fail })]));
  const actions: IncidentAction[] = [
    { kind: 'acknowledge', by: 'ann' },
    { kind: 'assign', by: 'ann', to: 'bob' },
    { kind: 'resolve', by: 'bob', reason: 'new_normal' },
    { kind: 'restate' },
    { kind: 'reopen', by: 'cay' },
  ];
  const states: Record<string, Record<string, string | undefined>> = {
    new: { acknowledge: 'acknowledged', assign: 'assigned', resolve: 'resolved', restate: 'resolved' },
    acknowledged: { assign: 'assigned', resolve: 'resolved', restate: 'resolved' },
    assigned: { assign: 'assigned', resolve: 'resolved', restate: 'resolved' },
    resolved: { reopen: 'new' },
  };

  it('takes the allowed edges and no other, over any sequence of actions', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...actions), { maxLength: 12 }), (sequence) => {
        let current = incident;
        for (const action of sequence) {
          const expected = states[current.state.state]?.[action.kind];
          const outcome = transition(current, action, now);
          assert.equal(outcome.ok, expected !== undefined);
          if (!outcome.ok) {
            assert.equal(outcome.error.code, 'ACTION_NOT_ALLOWED');
            continue;
          }
          assert.equal(outcome.value.state.state, expected);
          assert.equal(outcome.value.log.length, current.log.length + 1);
          current = outcome.value;
        }
      }),
    );
  });

  it('says what is possible instead', () => {
    const outcome = transition(incident, { kind: 'reopen', by: 'ann' }, now);
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.message, 'incident new-0-1 is new: it can not be reopened');
    assert.equal(outcome.error.hint, 'it can be acknowledged or assigned or resolved');
  });
});

describe('titles and lines for people', () => {
  it('name the missing rows first, then nulls, then the other columns', () => {
    const incident = only(
      merge([
        evaluation(3, {
          'distance.avg': { status: 'fail', value: 161, expected: 100, severity: 9 },
          'distance.max': { status: 'fail', value: 9, expected: 3, severity: 30 },
          'delay.null_percent': { status: 'fail', value: 20, expected: 0, severity: 8 },
          row_count: { status: 'fail', value: 8_212, expected: 16_500, severity: 4 },
        }),
      ]),
    );
    assert.equal(
      incidentTitle(incident),
      'flights 2001-07-03: half of the rows are missing, 20 % of delay is null (expected 0 %), distance changed',
    );
  });

  it('put how many rows there are into words', () => {
    const title = (value: number): string =>
      incidentTitle(only(merge([evaluation(3, { row_count: { status: 'fail', value, expected: 1_000 } })])));
    assert.match(title(0), /: there are no rows$/);
    assert.match(title(6), /: almost all rows are missing$/);
    assert.match(title(700), /: 30 % of the rows are missing$/);
    assert.match(title(1_300), /: 30 % more rows than expected$/);
    assert.match(title(2_000), /: twice as many rows as expected$/);
    assert.match(title(10_000), /: 10 times as many rows as expected$/);
  });

  it('name the frame of several partitions', () => {
    const first = only(merge([evaluation(3, { 'a.avg': fail, 'b.avg': fail })]));
    const both = only(merge([evaluation(4, { 'a.avg': fail })], { unresolved: [first], before: [key(3)] }));
    assert.equal(incidentTitle(both), 'flights 2001-07-03 to 2001-07-04: a and b changed');
  });

  it('speak of groups of rows together, and name the only one', () => {
    const gone = { status: 'fail', value: 0, expected: 100 } as const;
    const one = only(
      merge([evaluation(3, { 'row_count[origin=SFO]': gone, 'delay.avg[origin=SFO]': fail })]),
    );
    assert.match(incidentTitle(one), /: row_count\[origin=SFO\] 0.*, delay changed$/);
    const many = only(
      merge([
        evaluation(3, { 'row_count[origin=SFO]': gone, 'row_count[origin=LAX]': gone, 'delay.avg': fail }),
      ]),
    );
    assert.equal(incidentTitle(many), 'flights 2001-07-03: 2 groups by origin changed, delay changed');
    const texts = collapseLines(many.lines).map(({ text }) => text);
    assert.equal(texts.length, 2);
    assert.ok(texts.includes('row_count[origin=SFO] −100 %, row_count[origin=LAX] −100 %'), texts.join('; '));
    const rows = { status: 'fail', value: 10, expected: 1_000 } as const;
    const all = only(merge([evaluation(3, { row_count: rows, 'row_count[origin=SFO]': gone })]));
    assert.equal(incidentTitle(all), 'flights 2001-07-03: almost all rows are missing');
  });

  it('collapse all metrics of one column into one line', () => {
    const metrics = ['avg', 'min', 'max', 'sum', 'p50', 'p99.9'];
    const checks = Object.fromEntries(
      metrics.map((metric, nth) => [
        `delay.${metric}`,
        { status: 'fail', value: 161, expected: 100, severity: 9 - nth } as const,
      ]),
    );
    const { lines } = only(merge([evaluation(3, { ...checks, row_count: fail })]));
    const collapsed = collapseLines(lines);
    assert.equal(collapsed.length, 2);
    assert.equal(collapsed[0]?.text, 'delay: avg +61 %, min +61 %, max +61 % and 3 more');
    assert.equal(collapsed[0]?.lines.length, 6);
  });
});
