import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { formatsFamily } from '../../../src/core/metrics/families/formats.ts';
import { hoursFamily } from '../../../src/core/metrics/families/hours.ts';
import { patternsFamily } from '../../../src/core/metrics/families/patterns.ts';
import { quantilesFamily } from '../../../src/core/metrics/families/quantiles.ts';
import { textShapesFamily } from '../../../src/core/metrics/families/text-shapes.ts';
import { timeQuantilesFamily } from '../../../src/core/metrics/families/time-quantiles.ts';
import type { StateFamily } from '../../../src/core/metrics/family.ts';
import { countryCodes, currencyCodes, languageCodes } from '../../../src/core/metrics/texts/code-lists.ts';
import { hasFormat } from '../../../src/core/metrics/texts/formats.ts';
import { formatsOf } from '../../../src/core/metrics/texts/formats-of.ts';
import { patternOf } from '../../../src/core/metrics/texts/pattern.ts';
import { validityLabel } from '../../../src/core/metrics/validity-label.ts';
import { type ValidityRule, validFormats } from '../../../src/core/metrics/validity-rule.ts';
import { formatText } from '../../support/format-texts.ts';
import { type RawValue, tabulate } from '../../support/state-laws.ts';

function metricsOf<State>(
  family: StateFamily<State>,
  native: string,
  values: readonly RawValue[],
): Record<string, number | undefined> {
  const type = columnType(native);
  const metrics = family.metrics(family.fromFrequencies(tabulate(type, values)), {
    type,
    rows: values.length,
  });
  return Object.fromEntries(metrics.map(({ metric, value }) => [metric, value]));
}

function detailOf<State>(family: StateFamily<State>, native: string, values: readonly RawValue[]): unknown {
  const state = family.fromFrequencies(tabulate(columnType(native), values));
  return family.details?.(state)[0]?.values.map(({ value, count }) => [value, count]);
}

describe('the shape of texts', () => {
  it('counts rows in one case, padded rows, and shares of characters', () => {
    const texts = ['ABC', 'ABC', 'A1', 'abc', 'Abc', '123', ' x', 'é!', '', null];
    assert.deepEqual(metricsOf(textShapesFamily, 'VARCHAR', texts), {
      uppercase_percent: (100 * 3) / 9,
      lowercase_percent: (100 * 3) / 9,
      padded_count: 1,
      digit_percent: (100 * 1.5) / 9,
      punctuation_percent: (100 * 0.5) / 9,
      non_ascii_percent: (100 * 0.5) / 9,
    });
  });

  it('tells the cases of other scripts, and that some have none', () => {
    const { uppercase_percent, lowercase_percent } = metricsOf(textShapesFamily, 'VARCHAR', [
      'ÜBER',
      'über',
      '東京',
      'Ωmega',
    ]);
    assert.deepEqual([uppercase_percent, lowercase_percent], [25, 25]);
  });

  it('sees white space at both ends that people do not', () => {
    for (const padded of [' a', 'a ', 'a\n', '\ta', 'a\u00a0', ' ']) {
      const { padded_count } = metricsOf(textShapesFamily, 'VARCHAR', [padded, 'a a']);
      assert.equal(padded_count, 1, padded);
    }
  });
});

describe('the pattern of a text', () => {
  it('leaves out what varies and keeps what should not', () => {
    const patterns: readonly (readonly [text: string, pattern: string])[] = [
      ['SFO', 'A'],
      ['Sfo', 'Aa'],
      ['SF0', 'A9'],
      ['2001-01-31', '9999-99-99'],
      ['2001-1-31', '9999-9-99'],
      ['driver-17', 'a-99'],
      ['driver-123456', 'a-9+'],
      ['Ada Lovelace', 'Aa Aa'],
      ['WHITE HANGING HEART HOLDER', 'A A'],
      [' WHITE  HEART', ' A  A'],
      ['d41d8cd98f00b204e9800998ecf8427e', '*'],
      ['550e8400-e29b-41d4-a716-446655440000', '*-*-*-*-*'],
      ['東京 Ünal', 'o Aa'],
      ['', ''],
    ];
    for (const [text, pattern] of patterns) assert.equal(patternOf(text), pattern, text);
  });

  it('is bounded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.ok(Array.from(patternOf(text)).length <= 65);
      }),
    );
    assert.match(patternOf('a.'.repeat(200)), /^(?:a\.){32}…$/);
  });

  it('gives the share of the most frequent one, and counts those of at least one in a hundred texts', () => {
    const texts = [...Array.from({ length: 299 }, (_, at) => `AB-${at}`), 'ab?'];
    const metrics = metricsOf(patternsFamily, 'VARCHAR', texts);
    assert.deepEqual(metrics, { pattern_count: 3, top_pattern_percent: (100 * 199) / 300 });
    const rows = [
      ['A-999', 199],
      ['A-99', 90],
      ['A-9', 10],
      ['a?', 1],
    ];
    assert.deepEqual(detailOf(patternsFamily, 'VARCHAR', texts), rows);
  });

  it('knows the share of the most frequent one among thousands', () => {
    const noise = Array.from(
      { length: 2_000 },
      (_, at) =>
        `${String(at).replace(/[0-9]/g, (digit) => '.:;!'[Number(digit) % 4] ?? '')}${'.'.repeat(at % 37)}`,
    );
    const merged = [0, 1, 2, 3].reduce(
      (state) =>
        patternsFamily.merge(
          state,
          patternsFamily.fromFrequencies(
            tabulate(columnType('VARCHAR'), [...noise, ...Array<string>(2_000).fill('AB')]),
          ),
        ),
      patternsFamily.empty(),
    );
    const context = { type: columnType('VARCHAR'), rows: 0 };
    const share = patternsFamily.metrics(merged, context)[1];
    assert.ok(
      Math.abs((share?.value ?? 0) - 50) <= (share?.absoluteError ?? 0) && (share?.absoluteError ?? 0) < 1,
    );
  });
});

describe('the formats of a text', () => {
  it('are all that its characters leave to try', () => {
    fc.assert(
      fc.property(formatText, (text) => {
        const all = validFormats.filter((format) => hasFormat(format, text));
        assert.deepEqual(formatsOf(text).sort(), text.length > 255 ? [] : all.sort());
      }),
      { numRuns: 5_000 },
    );
  });

  it('count rows, and the share of the most common one', () => {
    const texts = ['a@b.co', 'a@b.co', 'c@d.org', 'nobody', '12', null];
    assert.deepEqual(metricsOf(formatsFamily, 'VARCHAR', texts), { format_percent: 60 });
    assert.deepEqual(detailOf(formatsFamily, 'VARCHAR', texts), [
      ['email', 3],
      ['integer', 1],
      ['decimal', 1],
      ['hex', 1],
    ]);
    assert.deepEqual(metricsOf(formatsFamily, 'VARCHAR', ['nobody', null]), { format_percent: undefined });
  });

  it('know the codes of the lists of this runtime, and none twice', () => {
    const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
    assert.deepEqual(
      countryCodes.filter((code) => regions.of(code) === undefined),
      [],
    );
    assert.deepEqual(
      languageCodes.filter((code) => languages.of(code) === undefined),
      [],
    );
    const lists = [countryCodes, currencyCodes, languageCodes];
    assert.deepEqual(
      lists.map((list) => new Set(list).size),
      [249, 177, 183],
    );
  });
});

describe('the hours of timestamps', () => {
  it('show that the end of a day is lost', () => {
    const hours = (count: number): bigint[] =>
      Array.from({ length: count }, (_, at) => 978_307_200_000_000n + BigInt(at) * 1_800_000_000n);
    assert.deepEqual(metricsOf(hoursFamily, 'TIMESTAMP', hours(48)), { hour_coverage: 24, avg_hour: 11.5 });
    assert.deepEqual(metricsOf(hoursFamily, 'TIMESTAMP', hours(36)), { hour_coverage: 18, avg_hour: 8.5 });
    assert.deepEqual(metricsOf(hoursFamily, 'TIMESTAMP', [null]), {
      hour_coverage: undefined,
      avg_hour: undefined,
    });
  });

  it('are right before 1970', () => {
    const hourBefore1970 = -3_600_000_000n;
    assert.deepEqual(detailOf(hoursFamily, 'TIMESTAMP', [-1n, hourBefore1970, hourBefore1970 - 1n]), [
      ['22', 1],
      ['23', 2],
    ]);
  });
});

describe('histograms', () => {
  it('hold every number once, in at most 40 bins between the 1st and the 99th percentile', () => {
    const numbers = [...Array.from({ length: 2_000 }, (_, at) => at - 500), 1e12];
    const bins = detailOf(quantilesFamily, 'DOUBLE', numbers) as readonly [string, number][];
    assert.ok(bins.length > 30 && bins.length <= 40, `${bins.length}`);
    assert.equal(
      bins.reduce((sum, [, count]) => sum + count, 0),
      numbers.length,
    );
    assert.equal(new Set(bins.map(([label]) => label)).size, bins.length);
    assert.ok(
      Math.max(...bins.map(([, count]) => count)) < 200,
      'one huge number does not swallow the others',
    );
  });

  it('bear a single value, and the largest doubles', () => {
    assert.deepEqual(detailOf(quantilesFamily, 'DOUBLE', [3, 3]), [['3 … 3', 2]]);
    const bins = detailOf(quantilesFamily, 'DOUBLE', [-1.7e308, 1.7e308, 0]) as readonly [string, number][];
    assert.equal(
      bins.reduce((sum, [, count]) => sum + count, 0),
      3,
    );
  });

  it('name times by the start of their bin', () => {
    const day = Array.from({ length: 1_440 }, (_, at) => 978_307_200_000_000n + BigInt(at) * 60_000_000n);
    const bins = detailOf(timeQuantilesFamily, 'TIMESTAMP', day) as readonly [string, number][];
    assert.equal(bins.length, 40);
    assert.equal(bins[0]?.[0], '2001-01-01T00:00:00');
  });
});

describe('the label of a validity rule', () => {
  const rule = (rest: Omit<ValidityRule, 'column'>): string => validityLabel({ column: 'c', ...rest });

  it('says the rule', () => {
    assert.equal(rule({ format: 'email' }), 'format=email');
    assert.equal(rule({ min: 0, max: 10.5 }), 'min=0 max=10.5');
    assert.equal(rule({ values: ['b', 'a'] }), 'values=a,b');
    assert.equal(rule({ regex: '^[A-Z] x$' }), 'regex=^[A-Z] x$');
  });

  it('is short, the same for the same rule, and different for different ones', () => {
    const text = fc.string({ maxLength: 60 });
    const rules = fc.record(
      {
        format: fc.constantFrom(...validFormats),
        values: fc.array(text, { maxLength: 5 }),
        regex: text,
        min: fc.oneof(fc.integer(), fc.integer().map(String), text),
        max: fc.oneof(fc.integer(), text),
      },
      { requiredKeys: [] },
    );
    const canonical = ({ values, ...rest }: Omit<ValidityRule, 'column'>): string =>
      JSON.stringify({ ...rest, values: values?.toSorted(), min: String(rest.min), max: String(rest.max) }, [
        'format',
        'values',
        'regex',
        'min',
        'max',
      ]);
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        assert.ok(Array.from(rule(a)).length <= 80);
        assert.equal(rule(a) === rule(b), canonical(a) === canonical(b));
      }),
    );
  });

  it('tells rules apart that would read alike', () => {
    const alike = [
      { values: ['a,b'] },
      { values: ['a', 'b'] },
      { values: ['a', 'b', ''] },
      { min: '1 max=2' },
      { min: 1, max: 2 },
    ];
    assert.equal(new Set(alike.map(rule)).size, alike.length);
  });
});
