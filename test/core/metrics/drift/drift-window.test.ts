import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partitionKey } from '../../../../src/base/ids.ts';
import { limits } from '../../../../src/base/limits.ts';
import { day, minute } from '../../../../src/base/units.ts';
import { columnType } from '../../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../../src/core/metrics/catalogue.ts';
import {
  type ColumnDrift,
  type Drifted,
  type DriftPartition,
  DriftWindow,
} from '../../../../src/core/metrics/drift/drift-window.ts';
import { createSeededRandom } from '../../../support/seeded-random.ts';
import { type RawValue, rawColumns, tabulate } from '../../../support/state-laws.ts';

type Column = { readonly native: string; readonly values: readonly RawValue[] };

const start = Date.UTC(2001, 0, 1);

/** The nth day with the given columns. */
function dayOf(nth: number, columns: Readonly<Record<string, Column>>, bytes = 1): DriftPartition {
  const key = partitionKey(new Date(start + nth * day).toISOString().slice(0, 10));
  return { ...partition(key, columns), bytes };
}

function partition(key: string, columns: Readonly<Record<string, Column>>): DriftPartition {
  const profiles = Object.entries(columns).map(([name, { native, values }]) => {
    const type = columnType(native);
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, values)) };
  });
  return { key: partitionKey(key), profile: { columns: profiles }, bytes: 1 };
}

/** How far the last of some days is from those before it, by its only column. */
function lastOf(native: string, days: readonly (readonly RawValue[])[]): Drifted {
  const window = new DriftWindow();
  let drifts: readonly ColumnDrift[] = [];
  for (const [nth, values] of days.entries()) drifts = window.step(dayOf(nth, { c: { native, values } }));
  const drifted = drifts[0]?.distance;
  assert.ok(drifted !== undefined, 'the column was compared');
  return drifted;
}

/** Ten days of values, then one of others. */
function after(
  native: string,
  normal: (nth: number) => readonly RawValue[],
  last: readonly RawValue[],
): Drifted {
  return lastOf(native, [...Array.from({ length: 10 }, (_, nth) => normal(nth)), last]);
}

function repeated(value: RawValue, count: number): RawValue[] {
  return Array.from({ length: count }, () => value);
}

/** Rows that scatter around a middle, roughly normal with a deviation of 10. */
function scattered(seed: number, { rows = 2_000, middle = 100 } = {}): number[] {
  const random = createSeededRandom(seed);
  const sum = (): number => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b, -6);
  return Array.from({ length: rows }, () => middle + 10 * sum());
}

describe('drift of numbers', () => {
  it('is none for the same rows, little for like ones, and much for a changed unit', () => {
    const same = after('DOUBLE', () => scattered(1), scattered(1));
    assert.deepEqual([same.jsDistance, same.moved], [0, []]);
    const alike = after('DOUBLE', scattered, scattered(99));
    assert.ok(alike.psi < 0.1 && alike.jsDistance < 0.1, JSON.stringify(alike));
    const scaled = after(
      'DOUBLE',
      scattered,
      scattered(99).map((value) => 1_000 * value),
    );
    assert.ok(scaled.jsDistance > 0.8 && scaled.psi > 2, JSON.stringify(scaled));
  });

  it('is significant by the usual reading of the index when the middle moves by half a deviation', () => {
    const moved = after('DOUBLE', scattered, scattered(99, { middle: 105 }));
    assert.ok(moved.psi > 0.2, `${moved.psi}`);
  });

  it('gives values that are frequent by themselves a bin each, and says which moved', () => {
    const mixed = (zeros: number) => [...repeated(0, zeros), ...scattered(3, { rows: 1_000 })];
    const moved = after('DOUBLE', () => mixed(1_000), mixed(3_000));
    assert.deepEqual(moved.moved[0], { label: '0', rows: 3_000, from: 50, to: 75 });
  });

  it('sees values where none had been, beside a constant', () => {
    const moved = after('DOUBLE', () => repeated(5, 100), [...repeated(5, 50), ...repeated(5.6, 50)]);
    assert.deepEqual(
      moved.moved.map(({ from, to }) => [from, to]),
      [
        [100, 50],
        [0, 50],
      ],
    );
  });

  it('knows negative numbers, null and NaN', () => {
    const normal = [
      ...repeated(-3, 40),
      ...repeated(2, 40),
      ...repeated(null, 10),
      ...repeated(Number.NaN, 10),
    ];
    const last = [
      ...repeated(-3, 10),
      ...repeated(2, 40),
      ...repeated(null, 30),
      ...repeated(Number.NaN, 20),
    ];
    assert.deepEqual(
      after('DOUBLE', () => normal, last).moved.map(({ label, from, to }) => [label, from, to]),
      [
        ['-3', 40, 10],
        ['null', 10, 30],
        ['NaN or infinite', 10, 20],
      ],
    );
  });

  it('tells integers apart that share a bucket, when there are few', () => {
    const normal = [...repeated(50_001n, 50), ...repeated(50_002n, 50)];
    const moved = after('INTEGER', () => normal, [...repeated(50_001n, 90), ...repeated(50_002n, 10)]);
    assert.deepEqual(moved.moved.map(({ label }) => label).sort(), ['50001', '50002']);
  });
});

describe('drift of texts and booleans', () => {
  it('sees a renamed category as one that went and one that came', () => {
    const normal = [...repeated('SFO', 30), ...repeated('LAX', 30), ...repeated('JFK', 40)];
    const last = [...repeated('San Francisco', 30), ...repeated('LAX', 30), ...repeated('JFK', 40)];
    assert.deepEqual(after('VARCHAR', () => normal, last).moved, [
      { label: 'SFO', rows: 0, from: 30, to: 0 },
      { label: 'San Francisco', rows: 30, from: 0, to: 30 },
    ]);
  });

  it('compares texts that hardly repeat by their patterns', () => {
    const codes = (nth: number, write: (n: number) => string) =>
      Array.from({ length: 400 }, (_, at) => write(1_000 * nth + at + 10_000));
    const normal = (nth: number) => codes(nth, (n) => `AB-${n}`);
    assert.equal(after('VARCHAR', normal, normal(77)).jsDistance, 0);
    const broken = after(
      'VARCHAR',
      normal,
      codes(77, (n) => `${n}/ab`),
    );
    assert.ok(broken.jsDistance > 0.9, JSON.stringify(broken));
  });

  it('sees many different texts become one', () => {
    const normal = (nth: number) =>
      Array.from({ length: 100 }, (_, at) => `name ${'abcdefghij'[at % 10]}${nth}${at}`);
    assert.ok(after('VARCHAR', normal, repeated('unknown', 100)).jsDistance > 0.9);
  });

  it('compares the shares of true, false and null', () => {
    const normal = [...repeated(true, 50), ...repeated(false, 50)];
    const moved = after('BOOLEAN', () => normal, [...repeated(true, 90), ...repeated(null, 10)]);
    assert.deepEqual(
      moved.moved.map(({ label }) => label),
      ['false', 'true', 'null'],
    );
  });
});

describe('drift of dates and times', () => {
  const micros = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000n;
  /** A row every ten minutes from `from` to `to` minutes after the start of the nth day. */
  const spread = (nth: number, [from, to]: readonly [number, number]): bigint[] =>
    Array.from({ length: Math.floor((to - from) / 10) }, (_, at) =>
      micros(start + nth * day + (from + 10 * at) * minute),
    );

  it('is none where a column moves with the partition', () => {
    assert.equal(
      lastOf(
        'TIMESTAMP',
        Array.from({ length: 12 }, (_, nth) => spread(nth, [0, 1_440])),
      ).jsDistance,
      0,
    );
    const dates = (nth: number) => repeated(BigInt(start / day + nth), 20);
    assert.equal(
      lastOf(
        'DATE',
        Array.from({ length: 12 }, (_, nth) => dates(nth)),
      ).jsDistance,
      0,
    );
  });

  it('sees the afternoon missing, and names the hours', () => {
    const cut = lastOf('TIMESTAMP', [
      ...Array.from({ length: 10 }, (_, nth) => spread(nth, [0, 1_440])),
      spread(10, [0, 720]),
    ]);
    assert.ok(cut.jsDistance > 0.5, `${cut.jsDistance}`);
    assert.match(cut.moved[0]?.label ?? '', / h$/);
  });

  it('sees a date that stays behind', () => {
    const dates = (nth: number) => repeated(BigInt(start / day + nth), 20);
    assert.equal(
      lastOf('DATE', [...Array.from({ length: 10 }, (_, nth) => dates(nth)), dates(9)]).jsDistance,
      1,
    );
  });

  it('does not depend on the hour where a date stands in hourly partitions', () => {
    const window = new DriftWindow();
    const distances = Array.from({ length: 60 }, (_, nth) => {
      const key = new Date(start + nth * 60 * minute).toISOString().slice(0, 13);
      const values = repeated(BigInt(start / day + Math.floor(nth / 24)), 5);
      return window.step(partition(key, { c: { native: 'DATE', values } }))[0]?.distance?.jsDistance;
    });
    assert.deepEqual(new Set(distances.slice(5)), new Set([0]));
  });

  it('is not measured where partitions name no time', () => {
    const window = new DriftWindow();
    const columns = { at: { native: 'TIMESTAMP', values: [0n] }, clock: { native: 'TIME', values: [0n] } };
    for (const name of 'abcdef') {
      const drifts = window.step(partition(name, columns));
      assert.deepEqual(
        drifts.map(({ column }) => column),
        ['clock'],
      );
    }
  });
});

describe('the window', () => {
  const ofRows = (values: readonly RawValue[]) => ({ c: { native: 'BIGINT', values } });

  it('compares from five partitions with rows on; those before have no value', () => {
    const window = new DriftWindow();
    const compared = [[1n], [], [1n], [1n], [1n], [1n], [1n]].map((values, nth) => {
      return window.step(dayOf(nth, ofRows(values)))[0]?.distance !== undefined;
    });
    assert.deepEqual(compared, [false, false, false, false, false, false, true]);
  });

  it('begins anew when the type changes, and goes on when only the kind of number does', () => {
    const natives = [...repeated('BIGINT', 6), ...repeated('DOUBLE', 2), ...repeated('VARCHAR', 6)].map(
      String,
    );
    const window = new DriftWindow();
    const compared = natives.map((native, nth) => {
      const value = native === 'BIGINT' ? 1n : native === 'DOUBLE' ? 1 : '1';
      return window.step(dayOf(nth, { c: { native, values: [value] } }))[0]?.distance !== undefined;
    });
    assert.deepEqual(compared, [...repeated(false, 5), ...repeated(true, 3), ...repeated(false, 5), true]);
  });

  it('holds fewer partitions when their profiles are very large together', () => {
    const window = new DriftWindow();
    const large = limits.baselineBytesMax / 5;
    const normal = ofRows(repeated(1n, 100));
    for (let nth = 0; nth < 5; nth++) window.add(dayOf(nth, ofRows(repeated(9n, 100)), large));
    for (let nth = 5; nth < 10; nth++) window.add(dayOf(nth, normal, large));
    assert.equal(window.step(dayOf(10, normal, large))[0]?.distance?.jsDistance, 0);
  });

  it('gives the same, bit for bit, as one that saw nothing but the last 28 partitions', () => {
    const kinds = Object.entries(rawColumns);
    const cells = kinds.map(([, { value }]) =>
      fc.array(fc.option(value, { nil: null, freq: 6 }), { maxLength: 8 }),
    );
    const days = fc.array(fc.tuple(...cells), { minLength: 32, maxLength: 36 });
    fc.assert(
      fc.property(days, (table) => {
        const partitions = table.map((lists, nth) => {
          const columns = kinds.map(([kind, { type }], at) => [
            kind,
            { native: type.native, values: lists[at] ?? [] },
          ]);
          return dayOf(nth, Object.fromEntries(columns));
        });
        const long = new DriftWindow();
        const going = partitions.map((one) => long.step(one));
        const fresh = new DriftWindow();
        for (const one of partitions.slice(-29, -1)) fresh.add(one);
        assert.deepEqual(fresh.step(partitions[partitions.length - 1] as DriftPartition), going.at(-1));
      }),
      { numRuns: 8 },
    );
  });

  it('is sharp again when a partition has left whose values were too wide for fine buckets', () => {
    const wide = Array.from({ length: 3_000 }, (_, at) => 1.03 ** at);
    const days = Array.from({ length: 31 }, (_, nth) => {
      return dayOf(nth, { c: { native: 'DOUBLE', values: nth === 0 ? wide : scattered(nth, { rows: 50 }) } });
    });
    const [long, fresh] = [new DriftWindow(), new DriftWindow()];
    const going = days.map((one) => long.step(one));
    for (const one of days.slice(2, 30)) fresh.add(one);
    assert.deepEqual(going[30], fresh.step(days[30] as DriftPartition));
    const blurred = new DriftWindow();
    for (const one of [...days.slice(0, 1), ...days.slice(2, 29)]) blurred.add(one);
    assert.notDeepEqual(going[30], blurred.step(days[30] as DriftPartition));
  });
});
