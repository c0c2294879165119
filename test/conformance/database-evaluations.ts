import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../src/base/errors.ts';
import { type IncidentId, incidentId, resultId } from '../../src/base/ids.ts';
import { fail, succeed } from '../../src/base/outcome.ts';
import type { Result } from '../../src/core/checks/result.ts';
import type { Incident, ResolveReason } from '../../src/core/incidents/incident.ts';
import { transition } from '../../src/core/incidents/transition.ts';
import type { MetricDetail } from '../../src/core/metrics/metric.ts';
import { incidentMessage } from '../../src/core/notifications/incident-message.ts';
import { feedbackReasons } from '../../src/core/thresholds/history.ts';
import type { LearnedRecord } from '../../src/core/thresholds/record.ts';
import type { WorldOf } from './database.ts';
import { at, commit, evaluateOutput, key, type TestWorld, unique, value } from './database-fixtures.ts';

export function evaluationConformance(worldOf: WorldOf): void {
  describe('profiles', () => {
    it('of many revisions come at once, in the order asked for, as far as they fit', async () => {
      const world = worldOf();
      const batch = { location: 'l', rowCount: 1, sizeBytes: 1, checksum: 'c' };
      const batches = Array.from({ length: 40 }, (_, index) => ({ ...batch, index }));
      const partitions = ['b', 'a', 'd\0', 'c'];
      for (const [nth, partition] of partitions.entries()) {
        await world.ingested(partition, { batches });
        for (const index of [39, 0, 7]) {
          await world.measured(world.reference(partition), index, Uint8Array.of(nth, index, 0, 255));
        }
      }
      const { quality } = world.database;
      const revisions = [...partitions, 'unknown'].map((partition) => world.reference(partition));
      const all = await quality.profilesOf(revisions);
      assert.deepEqual(
        all.map((list) => list.length),
        [40, 40, 40, 40, 0],
      );
      for (const nth of partitions.keys()) {
        assert.deepEqual(Buffer.from(all[nth]?.[39] ?? []), Buffer.of(nth, 39, 0, 255));
        assert.equal(all[nth]?.filter((one) => one !== undefined).length, 3);
        assert.deepEqual(all[nth], await quality.profiles(world.reference(partitions[nth] ?? '')));
      }
      assert.deepEqual(await quality.profilesOf(revisions, 24), all.slice(0, 2));
      assert.deepEqual(await quality.profilesOf(revisions, 23), all.slice(0, 1));
      assert.deepEqual(await quality.profilesOf([]), []);
    });

    it('come back byte for byte, in batch order, absent ones as undefined', async () => {
      const world = worldOf();
      const batch = { location: 'l', rowCount: 1, sizeBytes: 1, checksum: 'c' };
      await world.ingested('p', { batches: Array.from({ length: 70 }, (_, index) => ({ ...batch, index })) });
      const reference = world.reference('p');
      const whole = new Uint8Array(40_000).map((_, nth) => (nth * 31) % 256);
      await world.measured(reference, 69, whole.subarray(7, 30_007));
      await world.measured(reference, 2, new Uint8Array(0));
      await world.measured(reference, 0, whole.subarray(0, 256));
      const profiles = await world.database.quality.profiles(reference);
      assert.equal(profiles.length, 70);
      assert.deepEqual(Buffer.from(profiles[69] ?? []), Buffer.from(whole.subarray(7, 30_007)));
      assert.deepEqual(Buffer.from(profiles[0] ?? []), Buffer.from(whole.subarray(0, 256)));
      assert.equal(profiles[2]?.length, 0);
      assert.equal(profiles.filter((one) => one === undefined).length, 67);
      assert.deepEqual(await world.database.quality.profiles(world.reference('q')), []);
    });

    it('are replaced when a batch is measured again', async () => {
      const world = worldOf();
      await world.ingested('p');
      await world.measured(world.reference('p'), 0, new Uint8Array([1]));
      await world.measured(world.reference('p'), 0, new Uint8Array([2, 3]));
      const [profile] = await world.database.quality.profiles(world.reference('p'));
      assert.deepEqual([...(profile ?? [])], [2, 3]);
    });
  });

  describe('results', () => {
    it('come back as they were, whatever numbers and texts they hold', async () => {
      const world = worldOf();
      const learned: LearnedRecord = {
        state: 'banded',
        model: 'm\0\u001b\udc00',
        transform: 'log',
        prediction: -0,
        scale: Number.NaN,
        floor: 5e-324,
        bar: Number.POSITIVE_INFINITY,
        spread: 0.1 + 0.2,
        history: 2 ** 53 - 1,
        quantile: 1.797e308,
        recordZ: -1e-7,
        lambda: 1,
        sensitivity: 0.5,
        minimumEffect: 0,
        expected: 123_456_789.123_456_78,
        lower: Number.NEGATIVE_INFINITY,
        upper: Number.POSITIVE_INFINITY,
        trainedFrom: key('a'),
        trainedTo: key('b'),
        excluded: [key('c')],
      };
      const full = world.result('p', {
        check: 'col\0.avg',
        metric: 'col\0.avg',
        status: 'fail',
        value: Number.NaN,
        exact: '123456789012345678901234567890.5\0',
        lower: Number.NEGATIVE_INFINITY,
        upper: -0,
        severity: Number.POSITIVE_INFINITY,
        record: { kind: 'learned', learned },
      });
      const bare = world.result('p', { check: 'row_count' });
      await world.evaluated([world.evaluation('p', { results: [bare, full] })]);
      const { quality } = world.database;
      assert.deepEqual(await quality.result(full.id), full);
      assert.deepEqual(await quality.result(bare.id), bare);
      assert.equal(await quality.result(resultId('unknown')), undefined);
      assert.deepEqual(await quality.results({ dataset: world.dataset, limit: 10 }), [full, bare]);
    });

    it('are listed newest partition first, the worst first within one', async () => {
      const world = worldOf();
      const result = (partition: string, check: string, status: Result['status'], severity?: number) =>
        world.result(partition, { check, status, ...(severity === undefined ? {} : { severity }) });
      await world.evaluated([
        world.evaluation('2001-01-01', { results: [result('2001-01-01', 'a', 'fail', 9)] }),
        world.evaluation('2001-01-02', {
          results: [
            result('2001-01-02', 'pass', 'pass'),
            result('2001-01-02', 'new', 'not_evaluated'),
            result('2001-01-02', 'warn', 'warn', 3),
            result('2001-01-02', 'fail', 'fail', 1.5),
            result('2001-01-02', 'worse', 'fail', 20),
            result('2001-01-02', 'error', 'error'),
          ],
        }),
      ]);
      const list = async (filter: object) => {
        const results = await world.database.quality.results({
          dataset: world.dataset,
          limit: 10,
          ...filter,
        });
        return results.map((one) => one.check);
      };
      assert.deepEqual(await list({}), ['error', 'worse', 'fail', 'warn', 'pass', 'new', 'a']);
      assert.deepEqual(await list({ limit: 3 }), ['error', 'worse', 'fail']);
      assert.deepEqual(await list({ status: ['fail', 'warn'] }), ['worse', 'fail', 'warn', 'a']);
      assert.deepEqual(await list({ status: [] }), []);
      assert.deepEqual(await list({ partition: key('2001-01-01') }), ['a']);
      assert.deepEqual(await list({ partition: key('2001-01-02'), check: 'warn' }), ['warn']);
      assert.deepEqual(await list({ check: 'unknown' }), []);
    });

    it('of the highest evaluated revision stand, whatever the order of evaluation', async () => {
      const world = worldOf();
      const evaluate = (number: number, status: Result['status']) =>
        world.evaluated([
          world.evaluation('p', { number, results: [world.result('p', { number, status })] }),
        ]);
      for (let nth = 0; nth < 2; nth++) await world.ingested('p');
      await evaluate(2, 'pass');
      await evaluate(1, 'fail');
      const { quality, revisions } = world.database;
      const [result, ...more] = await quality.results({ dataset: world.dataset, limit: 10 });
      assert.deepEqual([result?.revision.number, more.length], [2, 0]);
      assert.equal((await revisions.partitions({ dataset: world.dataset, limit: 1 }))[0]?.status, 'pass');
      assert.equal((await quality.result(world.result('p').id))?.status, 'fail');
    });

    it('replace those of the same revision, with its values and details', async () => {
      const world = worldOf();
      await world.ingested('p');
      const detail = (column: string): MetricDetail => ({
        metric: 'top_values',
        column,
        values: [{ value: 'x\0', count: 3 }],
        countError: 1,
      });
      await world.evaluated([
        world.evaluation('p', {
          values: [value('a', 1), value('b', 2)],
          details: [detail('one'), detail('two')],
          results: [world.result('p', { check: 'a' }), world.result('p', { check: 'b' })],
        }),
      ]);
      const { quality } = world.database;
      assert.deepEqual(await quality.details(world.reference('p')), [detail('one'), detail('two')]);
      await world.evaluated([
        world.evaluation('p', {
          values: [value('b', 5)],
          details: [detail('three')],
          results: [world.result('p', { check: 'b', status: 'warn' })],
        }),
      ]);
      const results = await quality.results({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(
        results.map((one) => [one.check, one.status]),
        [['b', 'warn']],
      );
      const { series } = await quality.history({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(
        series.map((one) => [one.metric, one.values]),
        [['b', [5]]],
      );
      assert.deepEqual(await quality.details(world.reference('p')), [detail('three')]);
      assert.deepEqual(await quality.details(world.reference('q')), []);
    });
  });

  describe('history', () => {
    it('aligns each metric with the partitions, null where it has no value', async () => {
      const world = worldOf();
      for (const partition of ['2001-01-01', '2001-01-02', '2001-01-03']) await world.ingested(partition);
      await world.evaluated([
        world.evaluation('2001-01-02', {
          values: [
            value('row_count', 0.1 + 0.2, { scale: 'count', rows: 20 }),
            value('avg', Number.NaN, { column: 'b' }),
          ],
        }),
        world.evaluation('2001-01-01', {
          values: [
            value('row_count', -0, { scale: 'count', rows: 10 }),
            value('avg', undefined, { column: 'a', rows: 1 }),
            value('avg', 7, { column: 'a', segment: 'origin=a\\, b', rows: 2 }),
          ],
        }),
        world.evaluation('2001-01-03', {
          values: [
            value('row_count', 1e300, { scale: 'count', rows: 2 ** 50 }),
            value('avg', Number.NEGATIVE_INFINITY, { column: 'a', rows: 3 }),
          ],
        }),
      ]);
      const history = await world.database.quality.history({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(history, {
        partitions: [
          { key: '2001-01-01', revision: 1 },
          { key: '2001-01-02', revision: 1 },
          { key: '2001-01-03', revision: 1 },
        ],
        series: [
          {
            metric: 'a.avg',
            scale: 'number',
            values: [null, null, Number.NEGATIVE_INFINITY],
            rows: [1, 0, 3],
          },
          // A metric of a group of rows is another than that of all rows.
          {
            metric: 'a.avg[origin=a\\, b]',
            scale: 'number',
            values: [7, null, null],
            rows: [2, 0, 0],
          },
          { metric: 'b.avg', scale: 'number', values: [null, Number.NaN, null], rows: [0, 10, 0] },
          { metric: 'row_count', scale: 'count', values: [-0, 0.1 + 0.2, 1e300], rows: [10, 20, 2 ** 50] },
        ],
      });
    });

    it('takes the last partitions before another, each with its highest evaluated revision', async () => {
      const world = worldOf();
      const partitions = ['2001-01-01', '2001-01-02', '2001-01-03', '2001-01-04'];
      for (const partition of partitions) await world.ingested(partition);
      await world.ingested('2001-01-02');
      await world.ingested('2001-01-03');
      for (const [partition, number, measured] of [
        ['2001-01-01', 1, 1],
        ['2001-01-02', 2, 22],
        ['2001-01-02', 1, 21],
        ['2001-01-03', 1, 31],
        ['2001-01-04', 1, 41],
      ] as const) {
        await world.evaluated([world.evaluation(partition, { number, values: [value('a', measured)] })]);
      }
      const { quality } = world.database;
      const read = async (request: object) => {
        const history = await quality.history({ dataset: world.dataset, limit: 10, ...request });
        return {
          of: history.partitions.map((one) => [one.key, one.revision]),
          is: history.series[0]?.values,
        };
      };
      assert.deepEqual(await read({ before: key('2001-01-04') }), {
        of: [
          ['2001-01-01', 1],
          ['2001-01-02', 2],
          ['2001-01-03', 1],
        ],
        is: [1, 22, 31],
      });
      assert.deepEqual(await read({ limit: 2 }), {
        of: [
          ['2001-01-03', 1],
          ['2001-01-04', 1],
        ],
        is: [31, 41],
      });
      assert.deepEqual(await read({ before: key('2001-01-01') }), { of: [], is: undefined });
    });

    it('leaves out verdicts on what never became a revision', async () => {
      const world = worldOf();
      await world.ingested('2001-01-01');
      await world.evaluated([
        world.evaluation('2001-01-01', { values: [value('a', 1)] }),
        world.evaluation('2001-01-02', {
          number: 0,
          results: [world.result('2001-01-02', { number: 0, status: 'error' })],
        }),
        world.evaluation('2001-01-01', {
          number: 2,
          results: [world.result('2001-01-01', { number: 2, status: 'error' })],
        }),
      ]);
      const { quality, revisions } = world.database;
      const history = await quality.history({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(history.partitions, [{ key: '2001-01-01', revision: 1 }]);
      assert.deepEqual(history.series[0]?.values, [1]);
      const results = await quality.results({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(
        results.map((one) => one.status),
        ['error', 'error'],
      );
      assert.equal((await revisions.partitions({ dataset: world.dataset, limit: 10 })).length, 1);
    });

    it('carries what people said when they resolved incidents, the newest word last', async () => {
      const world = worldOf();
      for (const partition of ['a', 'b', 'c', 'd\0']) await world.ingested(partition);
      await world.evaluated(['a', 'b', 'c', 'd\0'].map((partition) => world.evaluation(partition)));
      await resolve(world, { reason: 'expected', at: 5, partitions: ['a', 'b', 'd\0'] });
      await resolve(world, { reason: 'real_error', at: 9, partitions: ['b'] });
      await resolve(world, { reason: 'new_normal', at: 7, partitions: ['b'] });
      await resolve(world, { reason: 'false_alarm', at: 10, partitions: ['a', 'c'] });
      const history = await world.database.quality.history({ dataset: world.dataset, limit: 10 });
      assert.deepEqual(history.partitions, [
        { key: 'a', revision: 1, feedback: 'false_alarm' },
        { key: 'b', revision: 1, feedback: 'real_error' },
        { key: 'c', revision: 1, feedback: 'false_alarm' },
        { key: 'd\0', revision: 1, feedback: 'expected' },
      ]);
    });
  });

  it('forget what people said of a revision when the partition is restated, and tell it of each revision', async () => {
    const world = worldOf();
    for (const partition of ['a', 'b', 'b']) await world.ingested(partition);
    await world.evaluated([world.evaluation('a'), world.evaluation('b')]);
    await resolve(world, { reason: 'real_error', at: 5, partitions: ['a', 'b'] });
    await world.evaluated([world.evaluation('b', { number: 2 })]);
    const { quality } = world.database;
    const { partitions } = await quality.history({ dataset: world.dataset, limit: 10 });
    assert.deepEqual(partitions, [
      { key: 'a', revision: 1, feedback: 'real_error' },
      { key: 'b', revision: 2 },
    ]);
    const ofB = { partition: 'b', revision: 1, feedback: 'real_error' };
    assert.deepEqual(await quality.feedback({ dataset: world.dataset, from: key('b') }), [ofB]);
    const all = await quality.feedback({ dataset: world.dataset });
    assert.deepEqual(all, [{ partition: 'a', revision: 1, feedback: 'real_error' }, ofB]);
  });

  it('hold what people said of a partition, whatever reason teaches the thresholds', async () => {
    const world = worldOf();
    for (const [nth, reason] of feedbackReasons.entries()) {
      const partition = `p${nth}`;
      await world.ingested(partition);
      await world.evaluated([world.evaluation(partition)]);
      await resolve(world, { reason, at: nth, partitions: [partition] });
    }
    const history = await world.database.quality.history({ dataset: world.dataset, limit: 10 });
    assert.deepEqual(
      history.partitions.map(({ feedback }) => feedback),
      feedbackReasons,
    );
  });

  describe('counts', () => {
    it('are those of the highest evaluated revision of each partition', async () => {
      const world = worldOf();
      const { quality } = world.database;
      const on = (partition: string, check: string, status: Result['status'], number = 1) =>
        world.result(partition, { check, status, number });
      for (const partition of ['b', 'a', 'a']) await world.ingested(partition);
      await world.evaluated([
        world.evaluation('a', { results: [on('a', 'x', 'fail'), on('a', 'y', 'pass')] }),
        world.evaluation('b', {
          results: [on('b', 'x', 'pass'), on('b', 'y', 'pass'), on('b', 'z', 'not_evaluated')],
        }),
      ]);
      const none = { pass: 0, warn: 0, fail: 0, error: 0, not_evaluated: 0 };
      const b = { partition: 'b', counts: { ...none, pass: 2, not_evaluated: 1 } };
      assert.deepEqual(await quality.statusCounts(world.dataset), [
        { partition: 'a', counts: { ...none, pass: 1, fail: 1 } },
        b,
      ]);
      await world.evaluated([world.evaluation('a', { number: 2, results: [on('a', 'x', 'warn', 2)] })]);
      assert.deepEqual(await quality.statusCounts(world.dataset), [
        { partition: 'a', counts: { ...none, warn: 1 } },
        b,
      ]);
    });
  });

  describe('series', () => {
    it('shows values with their learned band and worst status, oldest first', async () => {
      const world = worldOf();
      const on = (partition: string, parts: Partial<Result>) =>
        world.result(partition, { metric: 'b.avg', ...parts });
      const measured = (number: number | undefined) => [value('avg', number, { column: 'b' })];
      for (const partition of ['1', '2', '3', '4']) await world.ingested(partition);
      await world.evaluated([
        world.evaluation('1', { values: measured(1) }),
        world.evaluation('2', {
          values: measured(2),
          results: [
            on('2', { check: 'a set one', lower: 5, upper: 6, status: 'fail' }),
            on('2', { check: 'b.avg', lower: 0, upper: 3 }),
          ],
        }),
        world.evaluation('3', {
          values: measured(undefined),
          results: [on('3', { check: 'set', upper: 9, status: 'warn' })],
        }),
        world.evaluation('4', { values: [value('row_count', 4)] }),
      ]);
      const read = (limit: number) =>
        world.database.quality.series({ dataset: world.dataset, metric: 'b.avg', limit });
      const points = [
        { partition: '1', revision: 1, value: 1 },
        { partition: '2', revision: 1, value: 2, lower: 0, upper: 3, status: 'fail' },
        { partition: '3', revision: 1, value: null, upper: 9, status: 'warn' },
      ];
      assert.deepEqual(await read(10), points);
      assert.deepEqual(await read(2), points.slice(1));
      assert.deepEqual(
        await world.database.quality.series({ dataset: world.dataset, metric: 'none', limit: 5 }),
        [],
      );
    });
  });

  describe('incidents', () => {
    it('are given to an evaluation as they stand, unresolved ones only, and saved as it returns them', async () => {
      const world = worldOf();
      const ids = [unique('i'), unique('i'), unique('i')] as [string, string, string];
      await world.evaluated(
        [],
        [
          world.incident(ids[0], { openedAt: at(1) }),
          world.incident(ids[1], {
            openedAt: at(2),
            state: { state: 'assigned', to: 'a', by: 'b', at: at(3) },
          }),
          world.incident(ids[2], {
            state: { state: 'resolved', reason: 'restated', by: 'assay', at: at(3) },
          }),
        ],
      );
      const job = await world.enqueued({ kind: 'learn' });
      let seen: readonly Incident[] = [];
      const line = {
        partition: key('p'),
        revision: 1,
        check: 'a\0',
        status: 'error',
        text: 't\ud800',
        severity: Number.POSITIVE_INFINITY,
        open: true,
      } as const;
      await world.database.quality.commitEvaluate({
        commit: commit(job, 'evaluate', evaluateOutput),
        dataset: world.dataset,
        evaluations: [],
        incidents: (unresolved) => {
          seen = unresolved;
          return unresolved.slice(0, 1).map((one) => ({ ...one, lines: [line] }));
        },
      });
      assert.deepEqual(
        seen.map((one) => one.id),
        [ids[0], ids[1]],
      );
      assert.deepEqual((await world.database.quality.incident(incidentId(ids[0])))?.lines, [line]);
      assert.deepEqual((await world.database.quality.incident(incidentId(ids[1])))?.lines, []);
      assert.equal(await world.database.quality.incident(incidentId('unknown')), undefined);
    });

    it('are opened by one evaluation at a time', async () => {
      const world = worldOf();
      const jobs = await Promise.all(Array.from({ length: 5 }, () => world.enqueued({ kind: 'learn' })));
      await Promise.all(
        jobs.map((job) =>
          world.database.quality.commitEvaluate({
            commit: commit(job, 'evaluate', evaluateOutput),
            dataset: world.dataset,
            evaluations: [],
            incidents: ([open]) => (open === undefined ? [world.incident(unique('i'))] : []),
          }),
        ),
      );
      assert.equal((await world.database.quality.incidents({ dataset: world.dataset, limit: 9 })).length, 1);
    });

    it('are listed newest first, open or resolved ones or all', async () => {
      const world = worldOf();
      const ids = [unique('i'), unique('i'), unique('i')];
      await world.evaluated(
        [],
        ids.map((id, nth) => world.incident(id, { openedAt: at(nth) })),
      );
      const { quality } = world.database;
      const resolved = await quality.changeIncident(ids[1] as IncidentId, (incident) =>
        succeed({ ...incident, state: { state: 'resolved', reason: 'other', by: 'me', at: at(9) } }),
      );
      assert.ok(resolved.ok);
      const list = async (filter: object) => {
        const found = await quality.incidents({ dataset: world.dataset, limit: 9, ...filter });
        return found.map((one) => ids.indexOf(one.id));
      };
      assert.deepEqual(await list({}), [2, 1, 0]);
      assert.deepEqual(await list({ open: true }), [2, 0]);
      assert.deepEqual(await list({ open: false }), [1]);
      assert.deepEqual(await list({ limit: 1 }), [2]);
      const everywhere = await quality.incidents({ open: true, limit: 1_000 });
      assert.ok(everywhere.some((one) => one.id === ids[2]));
      assert.equal(await quality.openIncidents(), everywhere.length);
      assert.equal((await quality.openIncidentsByDataset()).get(world.dataset), 2);
    });

    it('tell of a change exactly when it is made', async () => {
      const world = worldOf();
      const id = unique('i') as IncidentId;
      await world.evaluated([], [world.incident(id)]);
      const { quality, outbox } = world.database;
      const tell = (incident: Incident) => [
        {
          id: `incident/${id}`,
          dataset: world.dataset,
          channel: 'log',
          message: incidentMessage(incident, 'acknowledge', at(9)),
        },
      ];
      await quality.changeIncident(id, () => fail(failure('ACTION_NOT_ALLOWED', 'no')), tell);
      assert.deepEqual(await outbox.list(world.dataset, 9), []);
      await quality.changeIncident(
        id,
        (incident) => transition(incident, { kind: 'acknowledge', by: 'me' }, at(9)),
        tell,
      );
      const [told, ...others] = await outbox.list(world.dataset, 9);
      assert.deepEqual(others, []);
      assert.match(told?.message.title ?? '', /^acknowledged: /);
      assert.deepEqual(told?.message.lines, ['acknowledged, by me']);
      assert.equal(told?.message.incidents[0]?.event, 'changed');
    });

    it('change one after the other, and not at all when the change is refused', async () => {
      const world = worldOf();
      const id = unique('i') as IncidentId;
      await world.evaluated([], [world.incident(id)]);
      const { quality } = world.database;
      await Promise.all(
        Array.from({ length: 5 }, (_, nth) =>
          quality.changeIncident(id, (incident) =>
            succeed({ ...incident, log: [...incident.log, { at: at(nth), by: 'me', text: `${nth}` }] }),
          ),
        ),
      );
      assert.equal((await quality.incident(id))?.log.length, 5);
      const refusal = failure('ACTION_NOT_ALLOWED', 'no');
      assert.deepEqual(await quality.changeIncident(id, () => fail(refusal)), fail(refusal));
      assert.equal((await quality.incident(id))?.log.length, 5);
      const unknown = await quality.changeIncident(incidentId('unknown'), succeed);
      assert.equal(unknown.ok ? undefined : unknown.error.code, 'INCIDENT_NOT_FOUND');
    });
  });
}

async function resolve(
  world: TestWorld,
  word: { readonly reason: ResolveReason; readonly at: number; readonly partitions: readonly string[] },
): Promise<void> {
  await world.evaluated(
    [],
    [
      world.incident(unique('i'), {
        state: { state: 'resolved', reason: word.reason, by: 'me', at: at(word.at) },
        lines: word.partitions.map((partition) => ({
          partition: key(partition),
          revision: 1,
          check: 'a',
          status: 'fail',
          text: 't',
          severity: 2,
          open: false,
        })),
      }),
    ],
  );
}
