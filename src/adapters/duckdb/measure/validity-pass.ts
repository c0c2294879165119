import type { DuckDBConnection } from '@duckdb/node-api';
import { type RuleCounts, settleValidity, type Validity } from '../../../core/metrics/families/validity.ts';
import { validityLabel } from '../../../core/metrics/validity-label.ts';
import type { ValidityRule } from '../../../core/metrics/validity-rule.ts';
import { literal } from '../sql.ts';
import { formatTest } from './format-sql.ts';
import { groupSlices } from './group-slices.ts';
import type { MeasuredColumn } from './measured-column.ts';

/**
 * Counts a column's rows that are invalid by each of its rules, by whole values. A rule that the column's type does not bear
 * or DuckDB refuses is told as such; the others are counted. Undefined where the plan has no rules for the column.
 * With few values each is tested once; many would take more memory to group than time to test again.
 */
export async function measureValidity(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  { hasFewValues }: { readonly hasFewValues: boolean },
): Promise<Validity | undefined> {
  if (column.validity.length === 0) return undefined;
  const rows = hasFewValues
    ? `(select v, count(*) as n from ${column.values} group by v)`
    : `(select v, 1 as n from ${column.values})`;
  const validity = await validityByGroup(connection, column, { rows, group: undefined });
  return validity(0);
}

/**
 * The same for each group of rows. `rows` are a table of values `v`, each with its number of rows `n` and, where there are
 * groups, the number `group` of its group; without, all of them are the group 0.
 */
export async function validityByGroup(
  connection: DuckDBConnection,
  column: MeasuredColumn,
  of: { readonly rows: string; readonly group: 'g' | undefined },
): Promise<(group: number) => Validity> {
  const rules = new Map(column.validity.map((rule) => [validityLabel(rule), rule]));
  try {
    const counts = await countInvalid(connection, { column, ...of }, rules);
    return (group) => settleValidity(counts(group));
  } catch (error) {
    if (!isAboutRule(error)) throw error;
  }
  // One of the rules is refused: which one it is, asking one after the other tells.
  const each: ((group: number) => RuleCounts[])[] = [];
  for (const [label, rule] of rules) {
    try {
      each.push(await countInvalid(connection, { column, ...of }, new Map([[label, rule]])));
    } catch (error) {
      if (!isAboutRule(error)) throw error;
      const refused = { kind: 'refused', label, reason: firstLine(error.message) } as const;
      each.push(() => [refused]);
    }
  }
  return (group) => settleValidity(each.flatMap((counts) => counts(group)));
}

async function countInvalid(
  connection: DuckDBConnection,
  of: { readonly column: MeasuredColumn; readonly rows: string; readonly group: 'g' | undefined },
  rules: ReadonlyMap<string, ValidityRule>,
): Promise<(group: number) => RuleCounts[]> {
  const { column, rows, group } = of;
  const isMissing = column.missing ?? 'false';
  const tests = Array.from(rules.values(), (rule) => `coalesce(${ruleTest(rule, column)}, false)`);
  const sums = tests.map((test) => `, coalesce(sum(n) filter (not ${isMissing} and not ${test}), 0)::double`);
  const result = await groupSlices(
    connection,
    `select ${group ?? '0'}::double, coalesce(sum(n) filter (not ${isMissing}), 0)::double${sums.join('')}
     from ${rows} ${group === undefined ? '' : `group by ${group}`}`,
  );
  return (number) => {
    const counted = result.of(number);
    const judged = counted.doubles(1)[0] ?? 0;
    return Array.from(rules.keys(), (label, at) => {
      return { kind: 'judged', label, judged, invalid: counted.doubles(2 + at)[0] ?? 0 };
    });
  };
}

/** Whether `v` keeps all conditions of a rule, as SQL. */
function ruleTest(rule: ValidityRule, column: MeasuredColumn): string {
  const isBounded = rule.min !== undefined || rule.max !== undefined;
  const conditions = [
    ...(rule.values === undefined ? [] : [valuesTest(rule.values, column)]),
    ...(rule.regex === undefined ? [] : [`regexp_matches(v::varchar, ${literal(rule.regex)})`]),
    ...(rule.format === undefined ? [] : [formatTest(rule.format, 'v::varchar')]),
    // NaN would be the greatest of all numbers.
    ...(isBounded && column.form.kind === 'float' ? ['not isnan(v)'] : []),
    ...(rule.min === undefined ? [] : [`v >= ${bound(rule.min, column)}`]),
    ...(rule.max === undefined ? [] : [`v <= ${bound(rule.max, column)}`]),
  ];
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

function valuesTest(values: readonly string[], { type, form }: MeasuredColumn): string {
  const texts = values.map(literal);
  if (texts.length === 0) return 'false';
  if (form.kind === 'text' || form.kind === 'boolean' || form.kind === 'opaque') {
    return `v::varchar in (${texts.join(', ')})`;
  }
  return `v in (${texts.map((text) => `try_cast(${text} as ${type.native})`).join(', ')})`;
}

/** A bound as SQL: whole numbers exact beside integers of any width, times as the column's own type. */
function bound(value: number | string, { form, type }: MeasuredColumn): string {
  const text = literal(value.toString());
  switch (form.kind) {
    case 'integer':
    case 'wide':
    case 'float':
      return /^[+-]?\d+$/.test(value.toString()) ? `cast(${text} as hugeint)` : `cast(${text} as double)`;
    case 'date':
      return `cast(${text} as timestamp)`;
    case 'timestamp':
    case 'time':
      return `cast(${text} as ${type.native})`;
    default:
      throw new RuleRefusedError('only numbers, dates and times have a least and a greatest value');
  }
}

class RuleRefusedError extends Error {}

/** Whether the rule itself is refused, rather than the query interrupted or out of memory. */
function isAboutRule(error: unknown): error is Error {
  return (
    error instanceof RuleRefusedError ||
    (error instanceof Error && /^(?:Invalid Input|Conversion|Binder|Parser) Error/.test(error.message))
  );
}

function firstLine(message: string): string {
  return message.split('\n')[0]?.slice(0, 200) ?? message;
}
