import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ColumnKind, type ColumnType, columnType } from '../../src/core/datasets/schema.ts';
import { ByteReader } from '../../src/core/metrics/codec/byte-reader.ts';
import { ByteWriter } from '../../src/core/metrics/codec/byte-writer.ts';
import type { ColumnMetric, StateFamily } from '../../src/core/metrics/family.ts';
import type { Frequencies, ValueTable } from '../../src/core/metrics/frequencies.ts';
import { scanText } from '../../src/core/metrics/texts/shorten.ts';

/** A column's values as a test writes them: null, number, bigint units, text or boolean, by the kind. */
export type RawValue = null | number | bigint | string | boolean;

/** Columns of one type: how to make values, and how to count them. */
export type RawColumn = { readonly type: ColumnType; readonly value: fc.Arbitrary<RawValue> };

/** One column for each kind, with the values that break things. */
export const rawColumns: Readonly<Record<ColumnKind, RawColumn>> = {
  integer: {
    type: columnType('HUGEINT'),
    value: fc.oneof(
      fc.bigInt(-20n, 60n),
      fc.bigInt(-(2n ** 127n), 2n ** 127n - 1n),
      fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n),
    ),
  },
  decimal: { type: columnType('DECIMAL(38,10)'), value: fc.bigInt(-(10n ** 20n), 10n ** 20n) },
  float: {
    type: columnType('DOUBLE'),
    value: fc.oneof(
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 5e-324),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.integer({ min: -5, max: 5 }),
    ),
  },
  string: {
    type: columnType('VARCHAR'),
    value: fc.oneof(
      fc.constantFrom(
        '',
        'a',
        'b',
        'ä',
        '\ue000',
        '😀',
        'x'.repeat(64),
        `${'x'.repeat(64)}1`,
        `${'x'.repeat(64)}2`,
      ),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
    ),
  },
  boolean: { type: columnType('BOOLEAN'), value: fc.boolean() },
  date: {
    type: columnType('DATE'),
    value: fc.oneof(
      fc.bigInt(-800_000n, 3_000_000n),
      fc.bigInt(11_000n, 11_100n),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    ),
  },
  timestamp: {
    type: columnType('TIMESTAMP'),
    value: fc.oneof(
      fc.bigInt(-(2n ** 62n), 2n ** 62n),
      fc.bigInt(978_307_200_000_000n, 978_393_600_000_000n),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    ),
  },
  time: { type: columnType('TIME'), value: fc.bigInt(0n, 86_400_000_000n) },
  other: { type: columnType('BLOB'), value: fc.string({ maxLength: 3 }) },
};

/** Counts a column's values, as `GROUP BY value` does. The hash is a stand-in with 48 evenly spread bits. */
export function tabulate(type: ColumnType, raw: readonly RawValue[]): Frequencies {
  const totals = new Map<RawValue, number>();
  for (const value of raw) {
    const key = Object.is(value, -0) ? 0 : value;
    if (key !== null) totals.set(key, (totals.get(key) ?? 0) + 1);
  }
  const keys = [...totals.keys()];
  return {
    rows: raw.length,
    nulls: raw.filter((value) => value === null).length,
    missing: keys.reduce((sum: number, key) => sum + (key === '' ? (totals.get(key) ?? 0) : 0), 0),
    counts: Float64Array.from(totals.values()),
    hashes: Float64Array.from(keys, (key) => hash48(String(key))),
    values: tableOf(type, keys),
  };
}

/** 48 bits of SHA-256. */
export function hash48(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

function tableOf({ kind, native }: ColumnType, keys: readonly RawValue[]): ValueTable {
  const units = keys.map((key) => (typeof key === 'bigint' ? key : 0n));
  switch (kind) {
    case 'integer':
    case 'decimal': {
      const scale = Number(/,(\d+)\)/.exec(native)?.[1] ?? 0);
      return {
        kind: 'whole',
        scale,
        units,
        numbers: Float64Array.from(units, (unit) => Number(unit) / 10 ** scale),
      };
    }
    case 'float':
      return { kind: 'float', numbers: Float64Array.from(keys, Number) };
    case 'date':
    case 'timestamp':
    case 'time': {
      const factor = kind === 'date' ? 86_400_000 : 0.001;
      const numbers = Float64Array.from(keys, (key) =>
        typeof key === 'number' ? key : Number(key) * factor,
      );
      return { kind: 'time', unit: kind === 'date' ? 'day' : 'microsecond', units, numbers };
    }
    case 'string': {
      const texts = keys.map(String);
      return {
        kind: 'text',
        texts: texts.map(scanText),
        lengths: Float64Array.from(texts, (text) => Array.from(text).length),
      };
    }
    case 'boolean':
      return { kind: 'boolean', truths: Uint8Array.from(keys, Number) };
    case 'other':
      return { kind: 'opaque' };
  }
}

/** The laws that make partitions mergeable, as tests of one family over every kind of column that it applies to. */
export function describeStateLaws<State>(family: StateFamily<State>): void {
  for (const column of Object.values(rawColumns)) {
    if (!family.applies(column.type.kind)) continue;
    const raw = fc.array(fc.option(column.value, { nil: null, freq: 8 }), { maxLength: 60 });
    const measure = (values: readonly RawValue[]): State =>
      family.fromFrequencies(tabulate(column.type, values));
    const agree = (a: State, b: State, rows: number): void =>
      assertAgree(family, [a, b], { type: column.type, rows });
    describe(`${family.key} of ${column.type.kind} columns`, () => {
      it('has an identity: merging with no rows changes nothing', () => {
        fc.assert(
          fc.property(raw, (values) => {
            const state = measure(values);
            const bytes = bytesOf(family, state);
            assert.deepEqual(bytesOf(family, family.merge(state, family.empty())), bytes);
            assert.deepEqual(bytesOf(family, family.merge(family.empty(), state)), bytes);
          }),
        );
      });
      it('is commutative: both orders give the same bytes', () => {
        fc.assert(
          fc.property(raw, raw, (a, b) => {
            const [x, y] = [measure(a), measure(b)];
            assert.deepEqual(bytesOf(family, family.merge(x, y)), bytesOf(family, family.merge(y, x)));
          }),
        );
      });
      it('is associative, exactly or within the stated error', () => {
        fc.assert(
          fc.property(raw, raw, raw, (a, b, c) => {
            const [x, y, z] = [measure(a), measure(b), measure(c)];
            const left = family.merge(family.merge(x, y), z);
            const right = family.merge(x, family.merge(y, z));
            agree(left, right, a.length + b.length + c.length);
          }),
        );
      });
      it('holds the law: the state of the whole is the merge of the states of the parts', () => {
        fc.assert(
          fc.property(raw, raw, (a, b) => {
            agree(family.merge(measure(a), measure(b)), measure([...a, ...b]), a.length + b.length);
          }),
        );
      });
      it('does not depend on the order of rows', () => {
        fc.assert(
          fc.property(raw, (values) => {
            agree(measure(values), measure(values.toReversed()), values.length);
          }),
        );
      });
      it('comes back from its bytes, and the bytes are canonical', () => {
        fc.assert(
          fc.property(raw, raw, (a, b) => {
            const state = family.merge(measure(a), measure(b));
            const bytes = bytesOf(family, state);
            const input = new ByteReader(bytes);
            const decoded = family.decode(family.version, input);
            assert.equal(input.remaining, 0);
            assert.deepEqual(bytesOf(family, decoded), bytes);
            agree(state, decoded, a.length + b.length);
          }),
        );
      });
    });
  }
}

/** The encoded form of a state. */
export function bytesOf<State>(family: StateFamily<State>, state: State): Uint8Array {
  const out = new ByteWriter();
  family.encode(state, out);
  return out.finish();
}

/** Fails unless two states of the same rows say the same: equal, or within what their metrics state as their error. */
export function assertAgree<State>(
  family: StateFamily<State>,
  [a, b]: readonly [State, State],
  context: { readonly type: ColumnType; readonly rows: number },
): void {
  const [left, right] = [family.metrics(a, context), family.metrics(b, context)];
  assert.deepEqual(
    left.map(({ metric }) => metric),
    right.map(({ metric }) => metric),
  );
  left.forEach((metric, at) => {
    const other = right[at];
    assert.ok(
      other !== undefined && sameMetric(metric, other),
      `${JSON.stringify(metric)} ≠ ${JSON.stringify(other)}`,
    );
  });
  for (const detail of family.details?.(a) ?? []) {
    const other = family.details?.(b).find(({ metric }) => metric === detail.metric);
    if (other === undefined) throw new Error(`the other has no ${detail.metric}`);
    const counts = new Map(other.values.map(({ value, count }) => [value, count]));
    for (const { value, count } of detail.values) {
      const difference = Math.abs(count - (counts.get(value) ?? count));
      assert.ok(difference <= Math.max(detail.countError, other.countError), `${value}: ${difference}`);
    }
  }
}

/** Counts and exact texts are equal; approximate values within both errors; doubles but for rounding. */
export function sameMetric(a: ColumnMetric, b: ColumnMetric): boolean {
  if (a.metric !== b.metric || a.rows !== b.rows) return false;
  // The text of an approximate time is as approximate as the time.
  const isApproximate = a.absoluteError !== undefined || b.absoluteError !== undefined;
  if (!isApproximate && a.exact !== b.exact) return false;
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  const relative = (a.relativeError ?? 0) * Math.abs(a.value) + (b.relativeError ?? 0) * Math.abs(b.value);
  const error = relative + (a.absoluteError ?? 0) + (b.absoluteError ?? 0);
  const rounding = a.scale === 'number' ? 1e-9 * (1 + Math.abs(a.value)) : 0;
  return Math.abs(a.value - b.value) <= error * 1.05 + rounding;
}
