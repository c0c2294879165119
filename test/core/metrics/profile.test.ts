import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { catalogue, statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { ByteReader, UnreadableError } from '../../../src/core/metrics/codec/byte-reader.ts';
import {
  emptyProfile,
  mergeProfiles,
  type Profile,
  profileMetrics,
  profilePercentile,
} from '../../../src/core/metrics/profile.ts';
import { decodeProfile, encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { type RawValue, rawColumns, tabulate } from '../../support/state-laws.ts';

const schema: Schema = Object.values(rawColumns).map(({ type }) => ({ name: `the "${type.kind}"`, type }));

/** Rows of a table with one column of each kind. */
const rows = fc.array(
  fc.tuple(...Object.values(rawColumns).map(({ value }) => fc.option(value, { nil: null, freq: 6 }))),
  { maxLength: 40 },
);

function profileOf(table: readonly (readonly RawValue[])[], of: Schema = schema): Profile {
  const columns = of.map(({ name, type }, at) => {
    const counted = tabulate(
      type,
      table.map((row) => row[at] ?? null),
    );
    return { name, type, states: statesFromFrequencies(type.kind, counted) };
  });
  return { schema: of, rowCount: table.length, columns, segments: [] };
}

/** A profile of one column. */
function single(native: string, values: readonly RawValue[]): Profile {
  return profileOf(
    values.map((value) => [value]),
    [{ name: 'c', type: columnType(native) }],
  );
}

function value(profile: Profile, metric: string, column?: string): number | string | undefined {
  const found = profileMetrics(profile).values.find(
    (each) => each.metric === metric && each.column === column,
  );
  assert.ok(found, `there is no ${metric}`);
  return found.exact ?? found.value;
}

function decoded(bytes: Uint8Array): Profile {
  const outcome = decodeProfile(bytes);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
  return outcome.value;
}

describe('a profile', () => {
  it('comes back from its bytes with the same metrics, and its bytes are canonical', () => {
    fc.assert(
      fc.property(rows, (table) => {
        const profile = profileOf(table);
        const bytes = encodeProfile(profile);
        const again = decoded(bytes);
        assert.deepEqual(profileMetrics(again), profileMetrics(profile));
        assert.deepEqual(again.schema, schema);
        assert.deepEqual(encodeProfile(again), bytes);
      }),
      { numRuns: 50 },
    );
  });

  it('merges to the same bytes in either order, and is not changed by the profile of no rows', () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        const [x, y] = [profileOf(a), profileOf(b)];
        assert.deepEqual(encodeProfile(mergeProfiles(x, y)), encodeProfile(mergeProfiles(y, x)));
        assert.deepEqual(encodeProfile(mergeProfiles(x, emptyProfile(schema))), encodeProfile(x));
        assert.deepEqual(encodeProfile(mergeProfiles(emptyProfile(), x)), encodeProfile(x));
      }),
      { numRuns: 30 },
    );
  });

  it('reports changed bytes as unreadable, wherever the damage is', () => {
    const bytes = encodeProfile(profileOf([[1n, 2n, 3.5, 'a', true, 10n, 20n, 30n, 'x']]));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const outcome = decodeProfile(damaged);
        assert.equal(outcome.ok ? 'ok' : outcome.error.code, 'STATE_UNREADABLE');
      }),
    );
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(decodeProfile(bytes.subarray(0, length)).ok, false);
    }
  });

  it('survives hostile states: each decoder ends in a state or in UnreadableError, without a large allocation', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(0xff, 0x00, 0x80)).map(([head, fill]) => {
        return Uint8Array.from({ length: 200 }, (_, at) => head[at] ?? fill);
      }),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom(...catalogue), (bytes, family) => {
        try {
          family.decode(family.version, new ByteReader(bytes));
        } catch (error) {
          assert.ok(error instanceof UnreadableError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the metrics of a column by its type', () => {
    const names = profileMetrics(profileOf([])).values.map(({ column, metric }) => `${column}: ${metric}`);
    const of = (kind: string): string[] =>
      names.filter((name) => name.startsWith(`the "${kind}": `)).map((name) => name.slice(kind.length + 8));
    const common = [
      'null_count',
      'null_percent',
      'missing_count',
      'missing_percent',
      'distinct_count',
      'duplicate_count',
      'duplicate_percent',
    ];
    const percentiles = ['p25', 'p50', 'p75', 'p95', 'p99'];
    const number = ['sum', 'avg', 'stddev', 'min', 'max', ...percentiles, 'zero_count', 'negative_count'];
    assert.deepEqual(of('integer'), [...common, ...number]);
    assert.deepEqual(of('float'), [...common, ...number, 'nan_count', 'infinite_count']);
    assert.deepEqual(of('string'), [
      ...common,
      'min',
      'max',
      'min_length',
      'max_length',
      'avg_length',
      'empty_count',
      'uppercase_percent',
      'lowercase_percent',
      'padded_count',
      'digit_percent',
      'punctuation_percent',
      'non_ascii_percent',
      'pattern_count',
      'top_pattern_percent',
      'format_percent',
    ]);
    assert.deepEqual(of('boolean'), [...common, 'true_count', 'false_count']);
    const hours = ['hour_coverage', 'avg_hour'];
    assert.deepEqual(of('timestamp'), [...common, 'min', 'max', ...percentiles, 'infinite_count', ...hours]);
    assert.deepEqual(of('time'), [...common, 'min', 'max', ...percentiles]);
    assert.deepEqual(of('other'), common);
  });

  it('keeps sums and extremes exact where a double would round', () => {
    const integers = single('BIGINT', [2n ** 63n - 1n, 2n ** 63n - 1n, -1n, null]);
    assert.equal(value(integers, 'sum', 'c'), '18446744073709551613');
    assert.equal(value(integers, 'max', 'c'), '9223372036854775807');
    assert.equal(value(integers, 'min', 'c'), -1);
    const decimals = single('DECIMAL(18,2)', [-5n, 10n]);
    assert.equal(value(decimals, 'sum', 'c'), '0.05');
    assert.equal(value(decimals, 'min', 'c'), '-0.05');
  });

  it('writes times as ISO 8601, also before the year 1 and after 9999', () => {
    const dates = single('DATE', [-735_160n, 2_932_897n]);
    assert.equal(value(dates, 'min', 'c'), '-0043-03-15');
    assert.equal(value(dates, 'max', 'c'), '+10000-01-01');
    const times = single('TIMESTAMP WITH TIME ZONE', [978_307_200_000_001n, Number.POSITIVE_INFINITY]);
    assert.equal(value(times, 'max', 'c'), '2001-01-01T00:00:00.000001Z');
    assert.equal(value(times, 'infinite_count', 'c'), 1);
  });

  it('says nothing where there is nothing to say', () => {
    const empty = single('DOUBLE', [null, Number.NaN]);
    for (const metric of ['avg', 'sum', 'stddev', 'min', 'p50']) {
      assert.equal(value(empty, metric, 'c'), undefined);
    }
    assert.equal(value(empty, 'null_percent', 'c'), 50);
    assert.equal(value(empty, 'nan_count', 'c'), 1);
    assert.equal(value(single('DOUBLE', []), 'null_percent', 'c'), undefined);
    assert.equal(value(single('DOUBLE', [1]), 'stddev', 'c'), undefined);
  });

  it('offers any percentile of a numeric or time column', () => {
    const profile = single(
      'INTEGER',
      Array.from({ length: 100 }, (_, at) => BigInt(at)),
    );
    assert.deepEqual(profilePercentile(profile, 'c', 0.1), {
      metric: 'p10',
      column: 'c',
      value: 9,
      scale: 'number',
      rows: 100,
    });
    assert.equal(profilePercentile(profile, 'd', 0.1), undefined);
    assert.equal(profilePercentile(single('VARCHAR', ['a']), 'c', 0.1), undefined);
  });

  it('reads profiles of before there were duplicates, shapes, patterns, formats and hours, and merges them', () => {
    const stored =
      'QVBSRgEEAgRjb2RlAwdWQVJDSEFSAmF0BglUSU1FU1RBTVACBGNvZGUDB1ZBUkNIQVIFBmNvdW50cwEDBAEACGRpc3RpbmN0' +
      'ARwNZHVja2RiLWhhc2gvMQACNJeeroQYenbCBZAfCGV4dHJlbWVzAQkDA1NGTwNqZmsHbGVuZ3RocwEFAwMDCQAKdG9wX3Zh' +
      'bHVlcwEOAAIDU0ZPAgADamZrAQACYXQGCVRJTUVTVEFNUAUGY291bnRzAQMEAQAIZGlzdGluY3QBHQ1kdWNrZGItaGFzaC8x' +
      'AAImHyAiA84pBD0hqT0ACGV4dHJlbWVzARQCAAAHA3nD5SMgAAAHA3nEu7bEAAVzaWducwEEAAAAAA50aW1lX3F1YW50aWxl' +
      'cwEc4NQDAAAAgOb0eGxCAABQxPt4bEICwK/GDwA7AepqoIY=';
    const old = decodeProfile(Uint8Array.from(Buffer.from(stored, 'base64')));
    assert.ok(old.ok, JSON.stringify(old));
    const names = (profile: Profile): readonly string[] =>
      profileMetrics(profile).values.map(({ metric, column }) => `${column ?? ''}.${metric}`);
    assert.ok(names(old.value).includes('code.avg_length'));
    assert.ok(!names(old.value).some((name) => /duplicate|pattern|format|hour|uppercase/.test(name)));
    assert.equal(value(old.value, 'distinct_count', 'code'), 2);
    const type = columnType('VARCHAR');
    const states = statesFromFrequencies(type.kind, tabulate(type, ['SFO', 'lax']));
    const fresh: Profile = {
      schema: [{ name: 'code', type }],
      rowCount: 2,
      columns: [{ name: 'code', type, states }],
      segments: [],
    };
    const merged = mergeProfiles(old.value, fresh);
    assert.deepEqual(
      names(merged),
      names(old.value),
      'what one half did not measure is not told of the whole',
    );
    assert.equal(value(merged, 'distinct_count', 'code'), 3);
  });

  it('widens a column whose type changed between numbers, and keeps only common states otherwise', () => {
    const widened = mergeProfiles(single('INTEGER', [1n, 3n]), single('DOUBLE', [0.5]));
    assert.equal(value(widened, 'sum', 'c'), 4.5);
    assert.equal(value(widened, 'min', 'c'), 0.5);
    assert.equal(widened.columns[0]?.type.kind, 'float');
    const mixed = mergeProfiles(single('INTEGER', [1n, null]), single('VARCHAR', ['x', 'y']));
    assert.deepEqual(
      profileMetrics(mixed).values.map(({ metric }) => metric),
      [
        'row_count',
        'null_count',
        'null_percent',
        'missing_count',
        'missing_percent',
        'distinct_count',
        'duplicate_count',
        'duplicate_percent',
      ],
    );
    assert.equal(value(mixed, 'distinct_count', 'c'), 3);
  });

  it('keeps a column that only one side has, over the rows of that side', () => {
    const merged = mergeProfiles(
      profileOf([['a']], [{ name: 'old', type: columnType('VARCHAR') }]),
      profileOf([['b'], [null]], [{ name: 'new', type: columnType('VARCHAR') }]),
    );
    assert.equal(value(merged, 'row_count'), 3);
    assert.equal(value(merged, 'null_percent', 'new'), 50);
    assert.equal(value(merged, 'null_percent', 'old'), 0);
  });
});
