import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { measureRelation } from '../../../src/adapters/duckdb/measure/measure-relation.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import { mergeProfiles, type Profile, profileMetrics } from '../../../src/core/metrics/profile.ts';
import { decodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { refusedRules } from '../../../src/core/metrics/refused-rules.ts';
import { validityLabel } from '../../../src/core/metrics/validity-label.ts';
import type { ValidityRule } from '../../../src/core/metrics/validity-rule.ts';

const columns: readonly (readonly [name: string, native: string, sql: string])[] = [
  ['code', 'VARCHAR', `case k % 10 when 0 then null when 1 then 'N/A' when 2 then 'sfo' else 'SFO' end`],
  ['mail', 'VARCHAR', `case when k % 4 = 0 then 'nobody' else 'a' || k || '@example.org' end`],
  ['age', 'INTEGER', `k % 120 - 10`],
  ['big', 'HUGEINT', `170141183460469231731687303715884105727 - (k % 3)`],
  ['price', 'DECIMAL(10,2)', `(k % 5) / 2`],
  ['ratio', 'DOUBLE', `case k % 5 when 0 then 'nan'::double when 1 then 'inf' else k % 5 end`],
  ['day', 'DATE', `date '2001-01-01' + (k % 10)::integer`],
  ['moment', 'TIMESTAMP WITH TIME ZONE', `timestamptz '2001-01-01 00:00:00+00' + to_hours(k % 10)`],
  ['flag', 'BOOLEAN', `k % 2 = 0`],
  ['list', 'INTEGER[]', `[k]`],
];

const schema: Schema = columns.map(([name, native]) => ({ name, type: columnType(native) }));

/** Over this many rows columns with many values are measured by sketches. */
const sizes = { counted: 1_200, sketched: 144_000 } as const;

for (const [way, rowCount] of Object.entries(sizes)) {
  describe(`validity of columns that are ${way}`, () => {
    let connection: DuckDBConnection;

    before(async () => {
      const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
      connection = await instance.connect();
      const cells = columns.map(([name, native, sql]) => `(${sql})::${native} as "${name}"`);
      await connection.run(`create table judged as select ${cells.join(', ')} from range(${rowCount}) t(k)`);
    });
    after(() => connection.closeSync());

    async function measure(validity: readonly ValidityRule[], relation = 'judged'): Promise<Profile> {
      const plan = { ...defaultMeasurePlan, missingValues: ['N/A'], validity };
      const named = new Set(validity.map(({ column }) => column));
      const outcome = await measureRelation(connection, {
        relation,
        schema: schema.filter(({ name }) => named.has(name)),
        plan,
      });
      assert.ok(outcome.ok, outcome.ok ? '' : JSON.stringify(outcome.error));
      const profile = decodeProfile(outcome.value.profile);
      assert.ok(profile.ok);
      return profile.value;
    }

    const share: readonly (readonly [rule: ValidityRule, judged: number, invalid: number])[] = [
      [{ column: 'code', values: ['SFO', 'JFK'] }, 0.8, 0.1],
      [{ column: 'code', values: [] }, 0.8, 0.8],
      [{ column: 'code', regex: '^[A-Z]{3}$' }, 0.8, 0.1],
      [{ column: 'code', regex: 'F', values: ['sfo'] }, 0.8, 0.8],
      [{ column: 'mail', format: 'email' }, 1, 0.25],
      [{ column: 'age', min: 0, max: 99 }, 1, 20 / 120],
      [{ column: 'age', values: ['-10', '109.0'] }, 1, 118 / 120],
      [{ column: 'age', format: 'integer' }, 1, 0],
      [{ column: 'big', max: '170141183460469231731687303715884105726' }, 1, 1 / 3],
      [{ column: 'price', min: 0.5, max: 1.5 }, 1, 0.4],
      [{ column: 'ratio', min: 2 }, 1, 0.2],
      [{ column: 'ratio', max: 3 }, 1, 0.6],
      [{ column: 'day', min: '2001-01-03', max: '2001-01-08' }, 1, 0.4],
      [{ column: 'moment', max: '2001-01-01T04:00:00Z' }, 1, 0.5],
      [{ column: 'flag', values: ['true'] }, 1, 0.5],
    ];

    it('counts the rows that are neither null nor missing and break a rule', async () => {
      const profile = await measure(share.map(([rule]) => rule));
      const { values } = profileMetrics(profile);
      for (const [rule, judged, invalid] of share) {
        const label = validityLabel(rule);
        const of = (metric: string): readonly (number | undefined)[] =>
          values
            .filter((each) => each.column === rule.column && each.metric === `${metric}(${label})`)
            .flatMap(({ value, rows }) => [value, rows]);
        const counts = [invalid, judged].map((part) => Math.round(part * rowCount));
        assert.deepEqual(of('invalid_count'), counts, label);
        assert.deepEqual(of('invalid_percent'), [(100 * (counts[0] ?? 0)) / (counts[1] ?? 0), counts[1]]);
      }
      assert.equal(refusedRules(profile).size, 0);
    });

    it('adds up over batches', async () => {
      const rules = share.map(([rule]) => rule);
      const whole = profileMetrics(await measure(rules)).values.filter(({ metric }) =>
        metric.startsWith('invalid'),
      );
      const half = `(select * from judged where rowid % 2 = `;
      const merged = mergeProfiles(await measure(rules, `${half} 0)`), await measure(rules, `${half} 1)`));
      const values = profileMetrics(merged).values.filter(({ metric }) => metric.startsWith('invalid'));
      assert.deepEqual(values, whole);
    });

    it('tells which rule can not be checked and counts by the others', async () => {
      const refused: readonly ValidityRule[] = [
        { column: 'code', regex: '(?=lookahead)' },
        { column: 'code', regex: '([' },
        { column: 'mail', min: 3 },
        { column: 'age', max: 'many' },
        { column: 'day', min: 'yesterday' },
        { column: 'list', min: 1 },
      ];
      const good = { column: 'code', regex: '^[A-Z]{3}$' };
      const profile = await measure([...refused, good]);
      const problems = refusedRules(profile);
      assert.equal(problems.size, 2 * refused.length);
      for (const rule of refused) {
        const label = validityLabel(rule);
        const problem = problems.get(metricKey(`invalid_percent(${label})`, rule.column));
        assert.equal(problem?.code, 'CHECKS_INVALID', label);
        assert.ok(problem?.message.startsWith(`“${label}” of the column “${rule.column}”`), problem?.message);
        const found = profileMetrics(profile).values.find(
          (each) => each.column === rule.column && each.metric === `invalid_count(${label})`,
        );
        assert.deepEqual([found?.value, found?.rows], [undefined, 0]);
      }
      const judged = profileMetrics(profile).values.find(
        ({ metric }) => metric === `invalid_count(${validityLabel(good)})`,
      );
      assert.equal(judged?.value, rowCount / 10);
    });
  });
}
