import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type EvaluationTarget, evaluate } from '../../../src/core/checks/evaluate.ts';
import { isFailing } from '../../../src/core/checks/status.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { emptyProfile } from '../../../src/core/metrics/profile.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { suggestChecks } from '../../../src/core/suggestions/suggest.ts';
import type { MeasuredPartition, Suggestions } from '../../../src/core/suggestions/suggestion.ts';
import { flowText } from '../../../src/core/suggestions/yaml-text.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { readDefinition } from '../../../src/services/registry/read-definition.ts';
import { parseYaml } from '../../../src/services/registry/yaml-document.ts';
import { type RawValue, tabulate } from '../../support/state-laws.ts';
import { definitionOf, keyOf, nowAt, type Trouble, targetOf } from '../checks/flights.ts';

/** A partition with one column of these values. */
function partitionOf(nth: number, native: string, values: readonly RawValue[]): MeasuredPartition {
  const schema = [{ name: 'code', type: columnType(native) }];
  const columns = schema.map(({ name, type }) => {
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, values)) };
  });
  const profile = { ...emptyProfile(schema), rowCount: values.length, columns };
  return { key: keyOf(nth), schema, rowCount: values.length, profiles: [encodeProfile(profile)] };
}

function suggestFor(native: string, partitions: readonly (readonly RawValue[])[]): Suggestions {
  return suggestChecks({
    definition: definitionOf(),
    history: noHistory,
    partitions: partitions.map((values, nth) => partitionOf(nth, native, values)),
  });
}

/** The nth code of three letters. */
function airport(nth: number): string {
  return [676, 26, 1].map((unit) => String.fromCharCode(65 + (Math.floor(nth / unit) % 26))).join('');
}

function repeat(values: readonly RawValue[], times: number): RawValue[] {
  return Array.from({ length: times }, () => values).flat();
}

function checkOf({ suggestions }: Suggestions, kind: Suggestions['suggestions'][number]['kind']) {
  return suggestions.find((one) => one.kind === kind && one.column === 'code');
}

describe('suggestChecks', () => {
  it('takes a set of values for closed when the later partitions know no other', () => {
    const days = Array.from({ length: 20 }, () => repeat(['AA', 'BB', 'CC'], 40));
    const found = checkOf(suggestFor('VARCHAR', days), 'values');
    assert.deepEqual(found?.check, {
      invalid_percent: { valid_values: ['AA', 'BB', 'CC'], must_be: 0 },
    });
    assert.match(found.evidence, /3 values, found in the first 14 partitions, cover 100 % of the other 6/);
  });

  it('sees no closed set where later partitions bring new values', () => {
    const days = Array.from({ length: 20 }, (_, nth) => repeat(['AA', 'BB', `N${nth}`], 40));
    assert.equal(checkOf(suggestFor('VARCHAR', days), 'values'), undefined);
  });

  it('only warns about what a few rows of one partition violated, and names it', () => {
    const days = Array.from({ length: 60 }, (_, nth) => [
      ...repeat(['AA', 'BB'], 400),
      ...(nth === 58 ? ['ZZ'] : []),
    ]);
    const found = checkOf(suggestFor('VARCHAR', days), 'values');
    assert.equal(found?.check?.['invalid_percent']?.['level'], 'warn');
    assert.match(found.evidence, /violated on 2001-02-28/);
  });

  it('asks for no nulls where there never were any, and says nothing where there were many', () => {
    const full = suggestFor(
      'INTEGER',
      Array.from({ length: 5 }, () => repeat([1n, 2n], 50)),
    );
    assert.deepEqual(checkOf(full, 'not_null')?.check, { null_percent: { must_be: 0 } });
    assert.match(
      checkOf(full, 'not_null')?.evidence ?? '',
      /^0 nulls in 5 partitions, 500 rows \(2001-01-01 … 2001-01-05\)$/,
    );
    const holed = suggestFor(
      'INTEGER',
      Array.from({ length: 5 }, () => repeat([1n, null], 50)),
    );
    assert.equal(checkOf(holed, 'not_null'), undefined);
  });

  it('takes a column for a key when no value repeats in any partition', () => {
    const unique = Array.from({ length: 5 }, (_, nth) =>
      Array.from({ length: 300 }, (_value, at) => BigInt(nth * 300 + at)),
    );
    assert.deepEqual(checkOf(suggestFor('BIGINT', unique), 'key')?.check, {
      duplicate_count: { must_be: 0 },
    });
    const twice = unique.map((values, nth) => (nth === 3 ? [...values.slice(1), values[5] ?? 0n] : values));
    assert.equal(checkOf(suggestFor('BIGINT', twice), 'key'), undefined);
  });

  it('knows the nature of quantities: counts are not negative, a percentage ends at 100', () => {
    const days = (values: readonly bigint[]) => Array.from({ length: 5 }, () => repeat(values, 50));
    const bounds = (values: readonly bigint[]) =>
      checkOf(suggestFor('INTEGER', days(values)), 'range')?.check?.['invalid_percent'];
    assert.deepEqual(bounds([3n, 250n]), { valid_min: 0, must_be: 0 });
    assert.deepEqual(bounds([0n, 100n]), { valid_min: 0, valid_max: 100, must_be: 0 });
    assert.equal(bounds([-3n, 250n]), undefined);
  });

  it('sees formats and lengths of texts', () => {
    const mails = Array.from({ length: 5 }, (_, nth) =>
      Array.from({ length: 200 }, (_value, at) => `person${nth}x${at}@example.org`),
    );
    assert.equal(
      checkOf(suggestFor('VARCHAR', mails), 'format')?.check?.['invalid_percent']?.['valid_format'],
      'email',
    );
    const airports = Array.from({ length: 12 }, (_, nth) =>
      Array.from({ length: 300 }, (_value, at) => airport((nth * 300 + at) * 7)),
    );
    assert.deepEqual(checkOf(suggestFor('VARCHAR', airports), 'pattern')?.check, {
      invalid_percent: { valid_regex: '^[A-Z]{3}$', must_be: 0 },
    });
    const mixed = airports.map((codes, nth) => (nth === 11 ? [...codes, 'ab1'] : codes));
    assert.equal(checkOf(suggestFor('VARCHAR', mixed), 'pattern'), undefined);
    const codes = Array.from({ length: 5 }, (_, nth) =>
      Array.from({ length: 200 }, (_value, at) => `q-${1_000 + nth * 200 + at}`),
    );
    assert.deepEqual(checkOf(suggestFor('VARCHAR', codes), 'length')?.check, { min_length: { must_be: 6 } });
  });

  it('does not take partitions for never empty when one had no rows and no batch', () => {
    const days = [[], ...Array.from({ length: 5 }, () => repeat([1n, 2n], 50))];
    const partitions = days.map((values, nth) => partitionOf(nth, 'INTEGER', values));
    const [first, ...others] = partitions;
    assert.ok(first !== undefined);
    const { suggestions } = suggestChecks({
      definition: definitionOf(),
      history: noHistory,
      partitions: [{ ...first, profiles: [] }, ...others],
    });
    assert.ok(!suggestions.some(({ kind }) => kind === 'rows'));
  });

  it('leaves out what the owner has said', () => {
    const days = Array.from({ length: 5 }, () => repeat([1n, 2n], 50));
    const threshold = {
      kind: 'set',
      level: 'warn',
      conditions: [{ operator: 'must_be_less_than', value: 5 }],
    } as const;
    const { suggestions } = suggestChecks({
      definition: definitionOf(
        [],
        [{ name: 'code', checks: [{ metric: 'null_percent', settings: {}, threshold }] }],
      ),
      history: noHistory,
      partitions: days.map((values, nth) => partitionOf(nth, 'INTEGER', values)),
    });
    assert.ok(!suggestions.some(({ kind }) => kind === 'not_null'));
    assert.ok(suggestions.some(({ kind }) => kind === 'rows'));
  });

  it('is accepted as a definition and fails on no partition that it was learned from', () => {
    const trouble: fc.Arbitrary<Trouble> = fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.record({ rows: fc.nat({ max: 60 }) }, { noNullPrototype: true }) },
      { weight: 1, arbitrary: fc.record({ nullPercent: fc.nat({ max: 100 }) }, { noNullPrototype: true }) },
      {
        weight: 1,
        arbitrary: fc.record({ factor: fc.integer({ min: -3, max: 9 }) }, { noNullPrototype: true }),
      },
    );
    fc.assert(
      fc.property(fc.array(trouble, { minLength: 3, maxLength: 14 }), (troubles) => {
        const targets = troubles.map((one, nth) => targetOf(nth, one));
        const { yaml, suggestions } = suggestChecks({
          definition: definitionOf(),
          history: noHistory,
          partitions: targets.map(measuredOf),
        });
        const read = readDefinition(yaml, { file: 'suggested.yaml', baseDirectory: '/' });
        assert.ok(read.ok, read.ok ? '' : `${read.error.message}\n${yaml}`);
        const judged = evaluate({ definition: read.value, now: nowAt(20), history: noHistory, targets });
        for (const { revision, results } of judged.evaluations) {
          const failing = results.filter(({ record, status }) => record.kind === 'set' && isFailing(status));
          for (const { check, status } of failing) {
            assert.equal(status, 'warn', `${check} on ${revision.partition}`);
            assert.ok(suggestions.some(({ evidence }) => evidence.includes(revision.partition)));
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});

function measuredOf(target: EvaluationTarget): MeasuredPartition {
  const { revision, schema, rowCount = 0, profiles } = target;
  return { key: revision.partition, schema, rowCount, profiles };
}

describe('flowText', () => {
  it('reads back as what was written, whatever the texts hold', () => {
    const scalar = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const words = fc.constantFrom(
      'true',
      'no',
      'null',
      '~',
      '1',
      '0x1f',
      '1e3',
      'a: b',
      '# c',
      '- d',
      '2001-01-01',
      ' e',
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(scalar, words, fc.array(words)), { noNullPrototype: true }),
        (map) => {
          const read = parseYaml(`data: ${flowText(map)}\n`, 'flow.yaml');
          assert.ok(read.ok, flowText(map));
          assert.deepEqual(
            JSON.parse(JSON.stringify(read.value.value)),
            JSON.parse(JSON.stringify({ data: map })),
          );
        },
      ),
    );
  });
});
