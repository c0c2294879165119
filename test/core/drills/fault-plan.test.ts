import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ClusterName } from '../../../src/base/ids.ts';
import { type FaultRules, planFaults } from '../../../src/core/drills/fault-plan.ts';
import { type FaultyProcess, targetOf } from '../../../src/core/drills/fault-target.ts';
import { createSeededChance } from '../../../src/core/drills/seeded-chance.ts';

const rules: FaultRules = { faults: 60, sessionTimeoutMs: 3_000, pauseMsMax: 10_000 };
const plan = (seed: number, parts: Partial<FaultRules> = {}) =>
  planFaults(createSeededChance(seed), { ...rules, ...parts });

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(plan(7), plan(7));
    assert.notDeepEqual(plan(7), plan(8));
  });

  it('has as many faults as were asked for, numbered, in order, before the end of the work', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, faults) => {
        const planned = plan(seed, { faults });
        assert.deepEqual(
          planned.map(({ number }) => number),
          Array.from({ length: faults }, (_, at) => at + 1),
        );
        for (const [at, { moment }] of planned.entries()) {
          assert.ok(moment >= (planned[at - 1]?.moment ?? 0) && moment < 1);
        }
      }),
    );
  });

  it('hits every role in every way within fifty faults, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const seen = new Set(plan(seed, { faults: 50 }).map(({ kind, scope }) => `${kind} ${scope.kind}`));
        for (const kind of ['kill', 'pause', 'restart']) {
          for (const scope of ['node', 'leader', 'zookeeper', 'postgres']) {
            assert.ok(seen.has(`${kind} ${scope}`), `${kind} ${scope} is missing`);
          }
        }
        for (const other of ['kill standby', 'kill zone', 'kill api', 'kill scheduler'])
          assert.ok(seen.has(other));
      }),
    );
  });

  it('begins a short drill with the gravest', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const seen = plan(seed, { faults: 6 }).map(({ kind, scope }) => `${kind} ${scope.kind}`);
        const grave = [
          'kill leader',
          'kill node',
          'kill postgres',
          'kill zone',
          'kill zookeeper',
          'pause node',
        ];
        assert.deepEqual(seen.toSorted(), grave);
      }),
    );
  });

  it('freezes for less and for more than a session time-out, and never longer than allowed', () => {
    const pauses = plan(3, { faults: 500 }).filter(({ kind }) => kind === 'pause');
    assert.ok(pauses.some(({ lastsMs }) => lastsMs < rules.sessionTimeoutMs));
    assert.ok(pauses.some(({ lastsMs }) => lastsMs > rules.sessionTimeoutMs));
    const short = plan(3, { faults: 500, pauseMsMax: 1_000 });
    assert.ok(short.every(({ lastsMs }) => lastsMs <= 1_000));
  });
});

describe('the target of a fault', () => {
  const leaders = new Map<ClusterName, string>([
    ['ingestion', 'manager-ingestion-2'],
    ['quality', 'manager-quality-1'],
  ]);

  it('of a leader is the manager that leads now, and of a standby is not', () => {
    const hit = (kind: 'leader' | 'standby') =>
      targetOf({ scope: { kind, cluster: 'ingestion' }, choice: 0.9 }, cluster(), leaders);
    assert.deepEqual(hit('leader'), {
      kind: 'hit',
      names: ['manager-ingestion-2'],
      what: 'leader manager-ingestion-2',
    });
    assert.deepEqual(hit('standby'), {
      kind: 'hit',
      names: ['manager-ingestion-1'],
      what: 'standby manager-ingestion-1',
    });
  });

  it('of a leader is nobody while nobody leads', () => {
    const scope = { kind: 'leader', cluster: 'quality' } as const;
    assert.deepEqual(targetOf({ scope, choice: 0 }, cluster(), new Map()), { kind: 'not_yet' });
  });

  it('is everything in a zone but PostgreSQL', () => {
    const hit = targetOf({ scope: { kind: 'zone' }, choice: 0 }, cluster(), leaders);
    assert.ok(hit.kind === 'hit');
    assert.equal(hit.what, 'zone a');
    assert.deepEqual(hit.names, [
      'zookeeper-1',
      'manager-ingestion-1',
      'manager-quality-1',
      'node-ingestion-a1',
      'node-quality-a1',
      'api-1',
      'scheduler-1',
    ]);
  });

  it('never takes a majority of ZooKeeper, nor PostgreSQL twice, nor what is away', () => {
    const states = fc.constantFrom<FaultyProcess['state']>('starting', 'ready', 'frozen', 'down');
    const count = cluster().length;
    const faulty = fc.tuple(
      fc.array(states, { minLength: count, maxLength: count }),
      fc.integer(),
      fc.nat(49),
    );
    fc.assert(
      fc.property(faulty, ([given, seed, at]) => {
        const processes = cluster().map((one, place) => ({ ...one, state: given[place] ?? one.state }));
        const fault = plan(seed)[at];
        assert.ok(fault);
        const target = targetOf(fault, processes, leaders);
        if (target.kind === 'not_yet') return;
        assert.ok(target.names.length > 0);
        const left = processes.map((one) =>
          target.names.includes(one.name) ? { ...one, state: 'down' } : one,
        );
        const servers = left.filter(({ role, state }) => role === 'zookeeper' && state === 'ready');
        const hitsServer = target.names.some((name) => name.startsWith('zookeeper'));
        assert.ok(!hitsServer || servers.length >= 2);
        for (const one of processes) if (target.names.includes(one.name)) assert.equal(one.state, 'ready');
      }),
    );
  });
});

function cluster(): FaultyProcess[] {
  const ready = { state: 'ready' } as const;
  const clusters: readonly ClusterName[] = ['ingestion', 'quality'];
  return [
    ...['a', 'b', 'c'].map(
      (zone, at): FaultyProcess => ({ name: `zookeeper-${at + 1}`, role: 'zookeeper', zone, ...ready }),
    ),
    { name: 'postgres', role: 'postgres', zone: 'a', ...ready },
    ...['a', 'b'].flatMap((zone, at) =>
      clusters.map(
        (of): FaultyProcess => ({
          name: `manager-${of}-${at + 1}`,
          role: 'manager',
          cluster: of,
          zone,
          ...ready,
        }),
      ),
    ),
    ...['a', 'b', 'c'].flatMap((zone) =>
      clusters.map(
        (of): FaultyProcess => ({ name: `node-${of}-${zone}1`, role: 'node', cluster: of, zone, ...ready }),
      ),
    ),
    { name: 'api-1', role: 'api', zone: 'a', ...ready },
    { name: 'scheduler-1', role: 'scheduler', zone: 'a', ...ready },
  ];
}
