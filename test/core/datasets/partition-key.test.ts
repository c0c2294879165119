import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { partitionKey as key, wholeDataset } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { TimeGrain } from '../../../src/core/datasets/definition.ts';
import {
  columnsKey,
  columnsOfKey,
  compareKeys,
  fileKey,
  inFrame,
  nullPartition,
  partitionEnd,
  partitionGrain,
  partitionStart,
  pathKey,
  timeKey,
} from '../../../src/core/datasets/partition-key.ts';

const grains: readonly TimeGrain[] = ['year', 'month', 'day', 'hour'];
const anyGrain = fc.constantFrom(...grains);
const anyInstant = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => instant(date.getTime()));
const anyValue = fc.option(fc.string({ unit: 'binary' }), { nil: null });
const anyValues = fc.array(fc.tuple(fc.string({ unit: 'binary' }), anyValue), { minLength: 1, maxLength: 4 });

/** The order of UTF-8 bytes, which is what a database with `COLLATE "C"` sorts by. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('time keys of all grains have their canonical text', () => {
  const at = instant(Date.UTC(2001, 0, 31, 5, 59, 59, 999));
  assert.deepEqual(
    grains.map((by) => timeKey(at, by)),
    ['2001', '2001-01', '2001-01-31', '2001-01-31T05'],
  );
});

test('a time lies within the slice that its key names, and slices do not overlap', () => {
  fc.assert(
    fc.property(anyInstant, anyGrain, (at, by) => {
      const text = timeKey(at, by);
      const [start, end] = [partitionStart(text), partitionEnd(text)];
      assert.ok(start !== undefined && end !== undefined);
      assert.ok(start <= at && at < end);
      assert.equal(partitionGrain(text), by);
      assert.equal(timeKey(start, by), text);
      if (end < Date.UTC(10_000, 0)) assert.notEqual(timeKey(end, by), text);
    }),
  );
});

test('time keys of one grain sort in time order', () => {
  fc.assert(
    fc.property(anyInstant, anyInstant, anyGrain, (a, b, by) => {
      const order = compareKeys(timeKey(a, by), timeKey(b, by));
      if (order !== 0) assert.equal(Math.sign(order), Math.sign(a - b));
    }),
  );
});

test('keys of columns can be read back, so that no two combinations of values share one', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      assert.deepEqual(columnsOfKey(columnsKey(values)), values);
    }),
  );
});

test('null, the empty text and texts that look like escapes have keys of their own', () => {
  const values = [null, '', 'null', '%null', '%', '%25', 'a/b', 'a=b'];
  const keys = values.map((value) => columnsKey([['country', value]]));
  assert.equal(new Set(keys).size, values.length);
  assert.equal(
    columnsKey([
      ['country', 'DE'],
      ['kind', null],
    ]),
    'country=DE/kind=%null',
  );
  assert.equal(columnsKey([['country', 'a/b=c%\n']]), 'country=a%2Fb%3Dc%25%0A');
  assert.equal(columnsOfKey(key('2001-01')), undefined);
});

test('keys are ordered like their UTF-8 bytes', () => {
  const anyText = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      assert.equal(Math.sign(compareKeys(a, b)), Math.sign(compareBytes(a, b)));
    }),
  );
  assert.ok(compareKeys('\u{1F600}', '\uFFFD') > 0);
});

test('a time is found within longer keys', () => {
  const cases: readonly (readonly [string, string, TimeGrain])[] = [
    ['year=2001/month=01', '2001-01-01T00:00Z', 'month'],
    ['year=2001/month=1/day=5/hour=07', '2001-01-05T07:00Z', 'hour'],
    ['Year=2001', '2001-01-01T00:00Z', 'year'],
    ['country=DE/date=2001-01-31', '2001-01-31T00:00Z', 'day'],
    ['at=2001-01-31 05:30:00', '2001-01-31T05:00Z', 'hour'],
    ['flights-2001-01-31', '2001-01-31T00:00Z', 'day'],
    ['flights_2001_02', '2001-02-01T00:00Z', 'month'],
    ['2001/01/31', '2001-01-31T00:00Z', 'day'],
    ['2001/01/31/05', '2001-01-31T05:00Z', 'hour'],
    ['export-20010131', '2001-01-31T00:00Z', 'day'],
    ['20010131T05', '2001-01-31T05:00Z', 'hour'],
    ['2000-02-29', '2000-02-29T00:00Z', 'day'],
    ['2001-01-31-02', '2001-01-31T00:00Z', 'day'],
  ];
  for (const [text, start, grain] of cases) {
    assert.equal(partitionStart(key(text)), Date.parse(start), text);
    assert.equal(partitionGrain(key(text)), grain, text);
  }
});

test('what is no date names no time', () => {
  const texts = [
    'all',
    'null',
    'country=DE',
    'month=01',
    '2001-02-30',
    '2001-13',
    'v1.2.3',
    'id=12345678',
    '1700000000',
    'part-0001',
    '12001-01-01',
    '',
  ];
  for (const text of texts) assert.equal(partitionStart(key(text)), undefined, text);
});

test('path keys that spell a date sort in time order, whatever the path has', () => {
  fc.assert(
    fc.property(anyInstant, anyInstant, fc.boolean(), (a, b, isReversed) => {
      const keyOf = (at: number): string => {
        const date = new Date(at);
        const values = [
          ['year', String(date.getUTCFullYear())],
          ['month', String(date.getUTCMonth() + 1)],
          ['day', String(date.getUTCDate())],
        ] as const;
        return pathKey(isReversed ? values.toReversed() : values);
      };
      const order = compareKeys(keyOf(a), keyOf(b));
      if (order !== 0) assert.equal(Math.sign(order), Math.sign(a - b));
      if (a >= Date.UTC(1000, 0))
        assert.equal(partitionStart(key(keyOf(a))), partitionStart(timeKey(a, 'day')));
    }),
  );
  assert.equal(
    pathKey([
      ['country', 'DE'],
      ['month', '1'],
      ['year', '2001'],
    ]),
    'country=DE/year=2001/month=01',
  );
});

test('path keys that spell no date stay as they are spelled', () => {
  assert.equal(
    pathKey([
      ['month', '1'],
      ['kind', null],
    ]),
    'month=1/kind=%null',
  );
  assert.equal(pathKey([['day', '2001-1-5']]), 'day=2001-01-05');
  assert.equal(
    pathKey([
      ['year', '__x'],
      ['month', 'jan'],
    ]),
    'year=__x/month=jan',
  );
});

test('file keys are what the wildcards stand for, with dates that sort', () => {
  assert.equal(fileKey(['2001-01-31']), '2001-01-31');
  assert.equal(fileKey(['DE', '2001-1-5']), 'DE/2001-01-05');
  assert.equal(fileKey(['2001', '1']), '2001/01');
  assert.equal(fileKey(['v1.2', 'a\nb']), 'v1.2/a%0Ab');
});

test('a frame is inclusive at both ends and understands shorter bounds', () => {
  const inside = (text: string, from?: string, to?: string): boolean => inFrame(key(text), from, to);
  assert.ok(inside('2001-06-30', '2001-01', '2001-06'));
  assert.ok(inside('2001-06-30T23', undefined, '2001-06'));
  assert.ok(!inside('2001-07-01', undefined, '2001-06'));
  assert.ok(inside('2001-06-28', '2001-06-28', '2001-06-28'));
  assert.ok(inside('2001-01', '2001-01-01', '2001-06-28'));
  assert.ok(!inside('2001-01', '2001-01-15'));
  assert.ok(inside('year=2001/month=06', '2001-01-01', '2001-06-28'));
  assert.ok(!inside('year=2001/month=07', '2001-01-01', '2001-06-28'));
  assert.ok(inside('country=DE/date=2001-03-01', '2001-01-01', '2001-06-28'));
  assert.ok(inside('anything') && inside('2001'));
});

test('keys without a time are in no dated frame, except the whole dataset', () => {
  assert.ok(!inFrame(nullPartition, '2001-01-01'));
  assert.ok(!inFrame(key('country=DE'), undefined, '2001-06'));
  assert.ok(inFrame(wholeDataset, '2001-01-01', '2001-06-28'));
});

test('bounds that are no times are compared as text, up to a boundary', () => {
  assert.ok(inFrame(key('country=DE/kind=a'), 'country=DE', 'country=DE'));
  assert.ok(!inFrame(key('country=DEX'), 'country=AA', 'country=DE'));
  assert.ok(inFrame(key('b'), 'a', 'c'));
  assert.ok(!inFrame(key('d'), 'a', 'c'));
});

test('a slice is in a frame of times exactly when it starts within it', () => {
  fc.assert(
    fc.property(
      anyInstant,
      anyInstant,
      anyInstant,
      fc.tuple(anyGrain, anyGrain, anyGrain),
      (at, a, b, by) => {
        const [slice, from, to] = [timeKey(at, by[0]), timeKey(a, by[1]), timeKey(b, by[2])];
        const [start, min, max] = [partitionStart(slice), partitionStart(from), partitionEnd(to)];
        assert.ok(start !== undefined && min !== undefined && max !== undefined);
        assert.equal(inFrame(slice, from, to), min <= start && start < max);
      },
    ),
  );
});
