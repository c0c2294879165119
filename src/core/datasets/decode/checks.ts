import { isQueryMetric, isValidityMetric } from '../../checks/asked-metrics.ts';
import type { CheckDefinition, LearnedThreshold, SetThreshold } from '../../checks/definition.ts';
import type { MetricScale } from '../../metrics/metric.ts';
import { suggestion } from '../../text/nearest.ts';
import { conditionsOf, operatorFields, operators, reportImpossible } from './conditions.ts';
import { type Decoder, describe, distinct, flag, mapped, oneOf, text } from './decoder.ts';
import { type KnownMetric, knownMetrics } from './known-metrics.ts';
import { type Fields, isMap, object, optional, required } from './object.ts';
import type { Place } from './place.ts';
import { keysElsewhere, ownFields, settingsOf, withDistinctQueries } from './settings.ts';

/**
 * Decodes `checks:` of a dataset or of a column. An item that sets bounds and speaks of the learned threshold as well
 * (`{must_be_less_than: 5, learned: false}`) makes two checks. `isValiditySaid`: the column itself says what is valid.
 */
export function checksDecoder(
  of: KnownMetric['of'],
  options: { readonly isValiditySaid?: boolean } = {},
): Decoder<readonly CheckDefinition[]> {
  const item: Decoder<readonly CheckDefinition[]> = (input, place) =>
    decodeItem(input, place, { of, isValiditySaid: options.isValiditySaid ?? false });
  const keysOf = (checks: readonly CheckDefinition[] | undefined): string[] =>
    checks?.map(checkIdentity) ?? [];
  return (input, place) => {
    const once = withDistinctQueries(item);
    return mapped(distinct(once, { keysOf, what: 'check' }), (groups) => groups.flat())(input, place);
  };
}

/** Tells checks of one column apart: the same metric, settings and name or bounds. */
function checkIdentity(check: CheckDefinition): string {
  const { metric, settings, threshold } = check;
  const named = isQueryMetric(metric) ? undefined : check.name;
  const kind = threshold.kind === 'learned' ? 'learned' : (named ?? JSON.stringify(threshold.conditions));
  return `${metric} ${isQueryMetric(metric) ? check.name : ''} ${JSON.stringify(settings)} ${kind}`;
}

type Where = { readonly of: KnownMetric['of']; readonly isValiditySaid: boolean };

const example = 'such as row_count: {must_be_greater_than: 0}';

/** The metric of a check and what is said about it. */
export function checkItem(
  input: unknown,
  place: Place,
): { readonly metric: string; readonly said: unknown } | undefined {
  if (!isMap(input))
    return place.report(`must be a metric with its bounds, ${example}; is ${describe(input)}`);
  const [metric, ...others] = Object.keys(input);
  if (metric === undefined) return place.report(`must be a metric with its bounds, ${example}`);
  if (others.length > 0) {
    const hint =
      input[metric] === null ? `; indent “${others[0]}” below “${metric}”` : ', so make two items of it';
    return place.report(`a check has one metric, here are ${[metric, ...others].join(', ')}${hint}`);
  }
  return { metric, said: input[metric] };
}

function decodeItem(input: unknown, place: Place, where: Where): readonly CheckDefinition[] | undefined {
  const item = checkItem(input, place);
  if (item === undefined) return undefined;
  const { metric, said } = item;
  const known = knownMetric(metric, place.at(metric), where.of);
  if (known === undefined) return undefined;
  return decodeBody(said, place.at(metric), { metric, known, ...where });
}

function knownMetric(metric: string, place: Place, of: KnownMetric['of']): KnownMetric | undefined {
  const known = Object.hasOwn(knownMetrics, metric) ? knownMetrics[metric] : undefined;
  if (known?.of === of) return known;
  if (known?.of === 'column') {
    return place.report('is a metric of a column; write it below columns: [{name: …, checks: […]}]');
  }
  if (known?.of === 'dataset')
    return place.report('is a metric of the whole dataset; write it in the checks at the top');
  const names = Object.keys(knownMetrics).filter((name) => knownMetrics[name]?.of === of);
  const meant = suggestion(metric, Object.keys(knownMetrics));
  return place.report(`unknown metric${meant === '' ? `; known here: ${names.join(', ')}` : meant}`);
}

const commonFields = {
  name: optional(text({ charactersMax: 200 })),
  learned: optional(flag),
} as const satisfies Fields;

const learnedFields = {
  ...commonFields,
  level: optional(oneOf(['warn', 'fail'])),
  direction: optional(oneOf(['up', 'down', 'both'])),
  sensitivity: optional(oneOf(['low', 'medium', 'high'])),
} as const satisfies Fields;

const laterKeys = ['filter', 'where'];

type Context = Where & { readonly metric: string; readonly known: KnownMetric };

function decodeBody(input: unknown, place: Place, context: Context): readonly CheckDefinition[] | undefined {
  const { metric, known } = context;
  if (input === null || input === undefined || (isMap(input) && Object.keys(input).length === 0)) {
    return place.report(
      'says nothing; set a bound such as must_be_greater_than: 0, or learned: true, or learned: false',
    );
  }
  if (!isMap(input))
    return place.report(`must be a map such as {must_be_greater_than: 0}; is ${describe(input)}`);
  if (known.scale === 'none') return decodeSchemaCheck(input, place, metric);
  const body = decodeBounds(input, place, { ...context, scale: known.scale });
  if (body === undefined) return undefined;
  const { settings, ...given } = withDefaultThreshold(body, context);
  const conditions = conditionsOf(given);
  if (!goTogether(given, conditions.length > 0, place)) return undefined;
  if (reportImpossible(conditions, { scale: known.scale, place })) return undefined;
  const own = { metric, settings };
  const named = given.name === undefined ? own : { ...own, name: given.name };
  const set: SetThreshold = { kind: 'set', level: given.level ?? 'fail', conditions };
  const checks: CheckDefinition[] = conditions.length > 0 ? [{ ...named, threshold: set }] : [];
  if (given.learned === undefined) return checks;
  const threshold = learnedThreshold({ ...given, enabled: given.learned });
  // The name is that of the set bounds, but a query goes by its name in all of its checks.
  return [...checks, { ...(checks.length > 0 && !isQueryMetric(metric) ? own : named), threshold }];
}

function decodeBounds(input: unknown, place: Place, context: Context & { readonly scale: MetricScale }) {
  const { metric, scale, isValiditySaid } = context;
  const fields = { ...learnedFields, ...operatorFields(scale), ...ownFields(metric) };
  const decoder = object(fields, { elsewhere: keysElsewhere(metric), later: laterKeys });
  return mapped(decoder, (body) => {
    const settings = settingsOf(metric, body, { place, isValiditySaid });
    return settings === undefined ? undefined : { ...body, settings };
  })(input, place);
}

/** Where nothing is said about bounds: rows that should not exist may not, and what a person formulated is learned. */
function withDefaultThreshold<T extends Parameters<typeof conditionsOf>[0] & { readonly learned?: boolean }>(
  given: T,
  { metric }: Context,
): T {
  if (given.learned !== undefined || conditionsOf(given).length > 0) return given;
  if (metric === 'failed_rows') return { ...given, must_be: 0 };
  return isQueryMetric(metric) || isValidityMetric(metric) ? { ...given, learned: true } : given;
}

function decodeSchemaCheck(
  input: unknown,
  place: Place,
  metric: string,
): readonly CheckDefinition[] | undefined {
  const right =
    'does not go with schema, which is judged by its changes; write learned: true or learned: false';
  const foreign = [...operators, 'level', 'direction', 'sensitivity'];
  const elsewhere = Object.fromEntries(foreign.map((key) => [key, right]));
  const fields = { ...commonFields, learned: required(flag) };
  const body = object(fields, { elsewhere, later: laterKeys })(input, place);
  if (body === undefined) return undefined;
  const name = body.name === undefined ? {} : { name: body.name };
  return [{ metric, settings: {}, ...name, threshold: learnedThreshold({ enabled: body.learned }) }];
}

function learnedThreshold(
  given: { readonly enabled: boolean } & Partial<Pick<LearnedThreshold, 'direction' | 'sensitivity'>>,
): LearnedThreshold {
  const { enabled, direction = 'both', sensitivity = 'medium' } = given;
  return { kind: 'learned', enabled, direction, sensitivity };
}

/** Reports settings that have nothing to act on. */
function goTogether(
  given: Partial<Record<keyof typeof learnedFields, unknown>>,
  hasBounds: boolean,
  place: Place,
): boolean {
  const lonely: string[] = [];
  if (!hasBounds && given.level !== undefined) {
    place
      .at('level')
      .report('goes with a set bound such as must_be_less_than; learned thresholds have no level');
    lonely.push('level');
  }
  for (const key of ['direction', 'sensitivity'] as const) {
    if (given[key] === undefined || given.learned === true) continue;
    place.at(key).report('goes with learned: true');
    lonely.push(key);
  }
  if (lonely.length > 0) return false;
  if (hasBounds || given.learned !== undefined) return true;
  place.report(
    'has no bound; set one such as must_be_greater_than: 0, or write learned: true or learned: false',
  );
  return false;
}
