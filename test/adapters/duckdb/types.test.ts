import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseType } from '../../../src/adapters/duckdb/columns/choose-type.ts';
import { typeCandidates } from '../../../src/adapters/duckdb/columns/type-candidates.ts';
import { detectDialect } from '../../../src/adapters/duckdb/csv/dialect.ts';
import { uniqueNames } from '../../../src/core/datasets/column-names.ts';

const bigint = { native: 'BIGINT' };
const double = { native: 'DOUBLE' };

function choose(texts: number, fitting: { bigint: number; double: number }, previous?: string): string {
  const candidates = [
    { type: bigint, fitting: fitting.bigint },
    { type: double, fitting: fitting.double },
  ];
  const before = previous === undefined ? undefined : { native: previous };
  return chooseType({ texts, candidates, hasLeadingZeros: false }, before).native;
}

describe('the type of a text column', () => {
  it('is the one that most texts fit, the narrowest of equals', () => {
    assert.equal(choose(100, { bigint: 100, double: 100 }), 'BIGINT');
    assert.equal(choose(100, { bigint: 99, double: 100 }), 'DOUBLE');
  });

  it('stands against bad values up to one in a thousand, or up to five and 10 %', () => {
    assert.equal(choose(10_000, { bigint: 9_990, double: 9_990 }), 'BIGINT');
    assert.equal(choose(10_000, { bigint: 9_989, double: 9_989 }), 'VARCHAR');
    assert.equal(choose(50, { bigint: 45, double: 45 }), 'BIGINT');
    assert.equal(choose(49, { bigint: 44, double: 44 }), 'VARCHAR');
    assert.equal(choose(100, { bigint: 94, double: 94 }), 'VARCHAR');
  });

  it('stays that of the earlier revision unless another fits better', () => {
    assert.equal(choose(100, { bigint: 100, double: 100 }, 'DOUBLE'), 'DOUBLE');
    assert.equal(choose(100, { bigint: 100, double: 100 }, 'VARCHAR'), 'VARCHAR');
    assert.equal(choose(100, { bigint: 98, double: 100 }, 'BIGINT'), 'DOUBLE');
    assert.equal(choose(0, { bigint: 0, double: 0 }, 'BIGINT'), 'BIGINT');
    assert.equal(choose(0, { bigint: 0, double: 0 }), 'VARCHAR');
  });

  it('is text for numbers with leading zeros', () => {
    const counts = { texts: 2, candidates: [{ type: bigint, fitting: 2 }], hasLeadingZeros: true };
    assert.equal(chooseType(counts, undefined).native, 'VARCHAR');
    assert.equal(chooseType(counts, bigint).native, 'BIGINT');
  });

  it('is looked for among the types of some of its texts', () => {
    const natives = (...texts: string[]) => typeCandidates(texts).map(({ native }) => native);
    assert.deepEqual(natives('1', 'x'), ['BIGINT', 'DOUBLE']);
    assert.deepEqual(natives('12345678901234567890'), ['BIGINT', 'DECIMAL(38,0)', 'DOUBLE']);
    assert.deepEqual(natives('2020-01-01'), ['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE']);
    assert.deepEqual(natives('2020-01-01T10:00:00Z'), ['TIMESTAMP WITH TIME ZONE']);
    assert.deepEqual(natives('true'), ['BOOLEAN']);
    assert.deepEqual(natives('hello'), []);
  });
});

describe('the dialect of a file', () => {
  it('is found though records are broken, and a name may hold other delimiters', () => {
    const { delimiter, header } = detectDialect('a;b, c;d\n1;2;3\n4;5\n6;7;8;9\n"x;y";1;2\n', {});
    assert.deepEqual([delimiter, header], [';', true]);
  });

  it('has no header when the first record holds a number or a date', () => {
    for (const first of ['1,x', '2001-01-01,x', 'x,-1.5e3']) {
      assert.equal(detectDialect(`${first}\n1,x\n`, {}).header, false, first);
    }
    assert.equal(detectDialect(',x\n1,2\n', {}).header, true);
    assert.equal(detectDialect('x,y\nz,w\n', {}).header, true);
    assert.equal(detectDialect('1,x\n', { header: true }).header, true);
  });

  it('is one column of text when no delimiter fits', () => {
    assert.deepEqual(detectDialect('name\nAda\n', {}).first, ['name']);
  });
});

describe('column names', () => {
  it('that are made up never meet those that are there', () => {
    assert.deepEqual(uniqueNames(['a', 'a', 'a_2', '', 'column_4', 'A']).names, [
      'a',
      'a_3',
      'a_2',
      'column_4_2',
      'column_4',
      'A_4',
    ]);
  });
});
