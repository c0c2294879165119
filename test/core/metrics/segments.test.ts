import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { crc32 } from '../../../src/core/metrics/codec/crc32.ts';
import { columnMetrics, type MeasuredRows } from '../../../src/core/metrics/column-profile.ts';
import { distinctOfHashes } from '../../../src/core/metrics/families/distinct.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { emptyProfile, mergeProfiles, type Profile } from '../../../src/core/metrics/profile.ts';
import { decodeProfile, encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { limitGroups } from '../../../src/core/metrics/segments/merge-segments.ts';
import {
  columnsOfLabel,
  segmentLabel,
  segmentsLabel,
  splitSegment,
} from '../../../src/core/metrics/segments/segment-label.ts';
import { noRows, type Segments } from '../../../src/core/metrics/segments/segments.ts';
import { hash48, sameMetric, tabulate } from '../../support/state-laws.ts';

type Row = { readonly group: string | null; readonly delay: bigint | null };

const schema = [
  { name: 'origin', type: columnType('VARCHAR') },
  { name: 'delay', type: columnType('BIGINT') },
];

function measured(rows: readonly Row[]): MeasuredRows {
  if (rows.length === 0) return noRows;
  const type = columnType('BIGINT');
  const table = tabulate(
    type,
    rows.map(({ delay }) => delay),
  );
  return {
    rowCount: rows.length,
    columns: [{ name: 'delay', type, states: statesFromFrequencies(type.kind, table) }],
  };
}

const label = (group: string | null): string => segmentLabel(['origin'], [group]);

/** A batch as it is measured: its largest groups by themselves. */
function batch(rows: readonly Row[], groupsMax: number): Profile {
  const groups = Map.groupBy(rows, ({ group }) => label(group));
  const segments: Segments = {
    columns: ['origin'],
    groupsMax,
    groups: new Map(Array.from(groups, ([name, own]) => [name, measured(own)])),
    other: noRows,
    otherGroupRowsMax: 0,
    offered: distinctOfHashes(Float64Array.from(groups.keys(), hash48)),
  };
  return { schema, ...measured(rows), rowCount: rows.length, segments: [limitGroups(segments)] };
}

function onlySegments(profile: Profile): Segments {
  const [segments] = profile.segments;
  assert.ok(segments !== undefined && profile.segments.length === 1, 'there is one rule');
  return segments;
}

function assertSameRows(actual: MeasuredRows, rows: readonly Row[]): void {
  const expected = measured(rows);
  assert.equal(actual.rowCount, expected.rowCount);
  const [a, b] = [actual, expected].map(({ columns }) => columns.flatMap((one) => columnMetrics(one).values));
  assert.equal(a?.length, b?.length);
  for (const [at, value] of (a ?? []).entries()) {
    const other = b?.[at];
    assert.ok(
      other !== undefined && sameMetric(value, other),
      `${value.metric}: ${value.value} ≠ ${other?.value}`,
    );
  }
}

const row = fc.record({
  group: fc.oneof(fc.constantFrom('SFO', 'LAX', 'JFK', 'a, b=c]', '∅', null), fc.constantFrom('SFO', 'LAX')),
  delay: fc.option(fc.bigInt(-50n, 500n), { nil: null, freq: 6 }),
});
const batches = fc.array(fc.tuple(fc.array(row, { maxLength: 25 }), fc.integer({ min: 1, max: 7 })), {
  minLength: 1,
  maxLength: 5,
});

describe('segments', () => {
  it('say of every shown group, and of the others together, what measuring all their rows at once says', () => {
    fc.assert(
      fc.property(batches, (parts) => {
        const all = parts.flatMap(([rows]) => rows);
        const merged = parts.map(([rows, max]) => batch(rows, max)).reduce(mergeProfiles);
        const segments = onlySegments(merged);
        const byLabel = Map.groupBy(all, ({ group }) => label(group));
        for (const [name, rows] of segments.groups) assertSameRows(rows, byLabel.get(name) ?? []);
        const hidden = all.filter(({ group }) => !segments.groups.has(label(group)));
        assertSameRows(segments.other, hidden);
        for (const rows of Map.groupBy(hidden, ({ group }) => group).values()) {
          assert.ok(rows.length <= segments.otherGroupRowsMax, 'no hidden group is larger than stated');
        }
        assert.equal(segments.otherGroupRowsMax === 0, hidden.length === 0);
        assert.ok(segments.groups.size <= Math.max(...parts.map(([, max]) => max)));
        assert.deepEqual(segments.offered, distinctOfHashes(Float64Array.from(byLabel.keys(), hash48)));
      }),
      { numRuns: 300 },
    );
  });

  it('merge to the same bytes in either order, and come back from them', () => {
    fc.assert(
      fc.property(batches, batches, (left, right) => {
        const [a, b] = [left, right].map((parts) =>
          parts.map(([rows, max]) => batch(rows, max)).reduce(mergeProfiles),
        );
        assert.ok(a !== undefined && b !== undefined);
        const bytes = encodeProfile(mergeProfiles(a, b));
        assert.deepEqual(encodeProfile(mergeProfiles(b, a)), bytes);
        const again = decodeProfile(bytes);
        assert.ok(again.ok);
        assert.deepEqual(encodeProfile(again.value), bytes);
        assert.deepEqual(encodeProfile(mergeProfiles(a, emptyProfile())), encodeProfile(a));
        assert.deepEqual(encodeProfile(mergeProfiles(emptyProfile(), a)), encodeProfile(a));
      }),
      { numRuns: 60 },
    );
  });

  it('are all kept, whatever the order, while there are no more groups than the limit', () => {
    fc.assert(
      fc.property(batches, (parts) => {
        const measuredParts = parts.map(([rows]) => batch(rows, 7));
        const [one, other] = [measuredParts, measuredParts.toReversed()].map((list) =>
          onlySegments(list.reduce(mergeProfiles)),
        );
        assert.deepEqual([...(one?.groups.keys() ?? [])], [...(other?.groups.keys() ?? [])]);
        assert.equal(one?.other.rowCount, 0);
      }),
      { numRuns: 60 },
    );
  });

  it('are dropped where only a part of the rows was measured by groups', () => {
    const rows: Row[] = [{ group: 'SFO', delay: 1n }];
    const plain: Profile = { ...batch(rows, 3), segments: [] };
    assert.deepEqual(mergeProfiles(batch(rows, 3), plain).segments, []);
    assert.deepEqual(mergeProfiles(plain, batch(rows, 3)).segments, []);
  });
});

describe('a profile of the first version', () => {
  it('is read as one without segments', () => {
    const profile: Profile = { ...batch([{ group: 'SFO', delay: 3n }], 2), segments: [] };
    // The first version ended where the list of segments, here its length 0, is now.
    const first = encodeProfile(profile).slice(0, -5);
    first[4] = 1;
    const checksum = crc32(first);
    const bytes = Uint8Array.from([...first, ...[0, 8, 16, 24].map((bits) => (checksum >>> bits) & 0xff)]);
    const outcome = decodeProfile(bytes);
    assert.ok(outcome.ok);
    assert.deepEqual(encodeProfile(outcome.value), encodeProfile(profile));
  });
});

describe('the name of a group', () => {
  it('is different for different values, and tells null from a text that looks like it', () => {
    const values = fc.array(fc.option(fc.string({ unit: 'grapheme' }), { nil: null }), {
      minLength: 2,
      maxLength: 2,
    });
    const nasty = fc.array(fc.constantFrom('', '∅', 'a, dest=b', 'a\\', '[', ']', '\n', '\\', null), {
      minLength: 2,
      maxLength: 2,
    });
    const pair = fc.oneof(values, nasty);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const [x, y] = [a, b].map((each) => segmentLabel(['origin', 'dest'], each));
        assert.equal(x === y, JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    assert.equal(segmentLabel(['origin', 'dest'], ['SFO', null]), 'origin=SFO, dest=∅');
    assert.equal(segmentLabel(['origin'], ['∅']), 'origin=\\∅');
  });

  it('can be taken from a key, and names the columns of its rule', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a.b[c=d]', 'x=y, z', '\\'));
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: null }), (column, other, value) => {
        const columns = [column, other];
        const segment = segmentLabel(columns, [value, 'x']);
        assert.deepEqual(splitSegment(metricKey('avg', column, segment)), {
          metric: metricKey('avg', column),
          segment,
        });
        assert.equal(columnsOfLabel(segment), segmentsLabel(columns));
      }),
    );
    assert.deepEqual(splitSegment('weird[column].avg'), { metric: 'weird[column].avg' });
  });
});
