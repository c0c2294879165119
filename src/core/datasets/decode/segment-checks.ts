import { limits } from '../../../base/limits.ts';
import { isValidityMetric, validityRule } from '../../checks/asked-metrics.ts';
import type { CheckDefinition, SegmentCheck } from '../../checks/definition.ts';
import { segmentMetricNames } from '../../metrics/segments/segment-metrics.ts';
import { textCharactersMax } from '../../metrics/texts/shorten.ts';
import { validityLabel } from '../../metrics/validity-label.ts';
import { suggestion } from '../../text/nearest.ts';
import type { ColumnDefinition, SegmentDefinition } from '../definition.ts';
import { checkItem } from './checks.ts';
import { conditionsOf, operatorFields, reportImpossible } from './conditions.ts';
import { type Decoder, describe, distinct, oneOf, text } from './decoder.ts';
import { knownMetrics } from './known-metrics.ts';
import { isMap, object, optional } from './object.ts';
import type { Place } from './place.ts';
import { keysElsewhere, ownFields, settingsOf } from './settings.ts';
import { validityKeys } from './validity.ts';

/**
 * Decodes the `checks:` of a segment rule: set bounds of one group, or of every group:
 * `[{row_count: {must_be_greater_than: 10}}, {avg: {column: delay, group: SFO, must_be_less_than: 30}}]`.
 */
export const segmentChecksDecoder: Decoder<readonly SegmentCheck[]> = distinct(segmentCheck, {
  keysOf: (check) => (check === undefined ? [] : [JSON.stringify(check)]),
  what: 'check',
});

/** Reports checks that do not fit their rule; returns whether there are any. */
export function reportMisfitChecks(
  checks: readonly SegmentCheck[],
  columns: readonly string[],
  place: Place,
): boolean {
  const misfits = checks.filter(({ metric, column, group }, index) => {
    const at = place.at(index).at(metric);
    if (group !== undefined && group.length !== columns.length) {
      const right = columns.length === 1 ? 'one value' : `a list of two values, of ${columns.join(' and ')}`;
      at.at('group').report(`must be ${right}`);
      return true;
    }
    if (column === undefined || !columns.includes(column)) return false;
    at.at('column').report('is what the rows are grouped by, so that it is the same in all rows of a group');
    return true;
  });
  if (checks.length > limits.segmentChecksMax) {
    place.report(`at most ${limits.segmentChecksMax} checks, here are ${checks.length}`);
    return true;
  }
  return misfits.length > 0;
}

/** Reports more verdicts on groups, of all rules together, than there may be metrics of groups. */
export function reportTooManyChecks(rules: readonly SegmentDefinition[], place: Place): void {
  const verdicts = rules.flatMap(({ groupsMax, checks = [] }) =>
    checks.map(({ group: only }) => (only === undefined ? groupsMax : 1)),
  );
  const all = verdicts.reduce((sum, count) => sum + count, 0);
  const most = limits.segmentMetricsMax - limits.segmentsMax;
  if (all <= most) return;
  const counted = 'a check of every group counts as often as the limit of its rule';
  place.report(`checks of at most ${most} groups together, here are ${all}: ${counted}`);
}

/** Checks of validity without a word about what is valid mean what the checks of their column say. */
export function withColumnValidity<T extends SegmentDefinition>(
  segments: readonly T[],
  columns: readonly ColumnDefinition[],
  place: Place,
): readonly T[] {
  return segments.map((rule, nth) => {
    if (rule.checks === undefined) return rule;
    const checks = rule.checks.map((check, index) => {
      if (!isValidityMetric(check.metric) || Object.keys(check.settings).length > 0) return check;
      const at = place.at('segments').at(nth).at('checks').at(index).at(check.metric);
      return { ...check, settings: validityOf(check.column, columns, at) ?? check.settings };
    });
    return { ...rule, checks };
  });
}

function validityOf(
  column: string | undefined,
  columns: readonly ColumnDefinition[],
  place: Place,
): CheckDefinition['settings'] | undefined {
  const checks = columns.find(({ name }) => name === column)?.checks ?? [];
  const said = new Map(
    checks
      .filter(({ metric }) => isValidityMetric(metric))
      .map((check) => [validityLabel(validityRule(check, '')), check.settings]),
  );
  const [only, ...more] = said.values();
  if (only !== undefined && more.length === 0) return only;
  const where = more.length > 0 ? 'the column says several things about it' : 'here or at the column';
  return place.report(`must say what is valid: ${validityKeys.join(', ')}; ${where}`);
}

function segmentCheck(input: unknown, place: Place): SegmentCheck | undefined {
  const item = checkItem(input, place);
  if (item === undefined) return undefined;
  const { metric, said } = item;
  const at = place.at(metric);
  const scale = scaleOf(metric, at);
  if (scale === undefined) return undefined;
  if (!isMap(said)) return at.report(`must be a map such as {must_be_greater_than: 0}; is ${describe(said)}`);
  if (Object.hasOwn(said, 'group') && said['group'] === null)
    return at.at('group').report('is empty; leave it out for every group; the group of nulls is ∅');
  const fields = {
    name: optional(text({ charactersMax: 200 })),
    level: optional(oneOf(['warn', 'fail'])),
    column: optional(text()),
    group: optional(group),
    ...operatorFields(scale),
    ...ownFields(metric),
  };
  const body = object(fields, { elsewhere: { ...keysElsewhere(metric), ...learnedElsewhere } })(said, at);
  if (body === undefined) return undefined;
  const settings = settingsOf(metric, body, { place: at, isValiditySaid: true });
  const conditions = conditionsOf(body);
  if (settings === undefined || !isOfColumn(metric, body.column, at)) return undefined;
  if (conditions.length === 0) return at.report('has no bound; set one such as must_be_greater_than: 0');
  if (reportImpossible(conditions, { scale, place: at })) return undefined;
  return {
    metric,
    settings,
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.column === undefined ? {} : { column: body.column }),
    ...(body.group === undefined ? {} : { group: body.group }),
    threshold: { kind: 'set', level: body.level ?? 'fail', conditions },
  };
}

const learned = 'is said in the checks of the column: it holds in its groups as well';
const learnedElsewhere = { learned, direction: learned, sensitivity: learned };

function scaleOf(metric: string, place: Place) {
  const names = ['percentile', ...segmentMetricNames];
  const known = names.includes(metric) ? knownMetrics[metric] : undefined;
  if (known !== undefined && known.scale !== 'none') return known.scale;
  return place.report(
    `must be a metric of groups${suggestion(metric, names) || `; known here: ${names.join(', ')}`}`,
  );
}

function isOfColumn(metric: string, column: string | undefined, place: Place): boolean {
  const isOfRows = metric === 'row_count';
  if (isOfRows === (column === undefined)) return true;
  place
    .at('column')
    .report(isOfRows ? 'does not go with row_count' : 'is missing: the metric is one of a column');
  return false;
}

/** A group by its value, or by those of both columns; in a list, null stands for null. */
function group(input: unknown, place: Place): readonly (string | null)[] | undefined {
  const values = Array.isArray(input) ? input : [input];
  const texts = values.map((value: unknown, index) => {
    if (value === null || value === '∅') return null;
    const written = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    return text({ empty: true, charactersMax: textCharactersMax })(
      written,
      Array.isArray(input) ? place.at(index) : place,
    );
  });
  const valid = texts.filter((value) => value !== undefined);
  return valid.length === texts.length && valid.length > 0 ? valid : undefined;
}
