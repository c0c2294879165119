import type { CheckDefinition, LearnedThreshold, SetThreshold } from '../../checks/definition.ts';
import type { MetricScale } from '../../metrics/metric.ts';
import { suggestion } from '../../text/nearest.ts';
import { conditionsOf, operatorFields, operators, reportImpossible } from './conditions.ts';
import { type Decoder, describe, distinct, flag, mapped, number, oneOf, text } from './decoder.ts';
import { type KnownMetric, knownMetrics, laterMetrics } from './known-metrics.ts';
import { type Fields, isMap, object, optional, required } from './object.ts';
import type { Place } from './place.ts';

/**
 * Decodes `checks:` of a dataset or of a column. An item that sets bounds and speaks of the learned threshold as well
 * (`{must_be_less_than: 5, learned: false}`) makes two checks.
 */
export function checksDecoder(of: KnownMetric['of']): Decoder<readonly CheckDefinition[]> {
  const item: Decoder<readonly CheckDefinition[]> = (input, place) => decodeItem(input, place, of);
  const keysOf = (checks: readonly CheckDefinition[] | undefined): string[] =>
    checks?.map(checkIdentity) ?? [];
  return mapped(distinct(item, { keysOf, what: 'check' }), (groups) => groups.flat());
}

/** Tells checks of one column apart: the same metric, settings and name or bounds. */
function checkIdentity(check: CheckDefinition): string {
  const { metric, settings, threshold } = check;
  const kind =
    threshold.kind === 'learned' ? 'learned' : (check.name ?? JSON.stringify(threshold.conditions));
  return `${metric} ${JSON.stringify(settings)} ${kind}`;
}

const example = 'such as row_count: {must_be_greater_than: 0}';

function decodeItem(
  input: unknown,
  place: Place,
  of: KnownMetric['of'],
): readonly CheckDefinition[] | undefined {
  if (!isMap(input))
    return place.report(`must be a metric with its bounds, ${example}; is ${describe(input)}`);
  const [metric, ...others] = Object.keys(input);
  if (metric === undefined) return place.report(`must be a metric with its bounds, ${example}`);
  if (others.length > 0) {
    const hint =
      input[metric] === null ? `; indent “${others[0]}” below “${metric}”` : ', so make two items of it';
    return place.report(`a check has one metric, here are ${[metric, ...others].join(', ')}${hint}`);
  }
  const known = knownMetric(metric, place.at(metric), of);
  return known === undefined ? undefined : decodeBody(input[metric], place.at(metric), { metric, known });
}

function knownMetric(metric: string, place: Place, of: KnownMetric['of']): KnownMetric | undefined {
  const known = Object.hasOwn(knownMetrics, metric) ? knownMetrics[metric] : undefined;
  if (known?.of === of) return known;
  if (known?.of === 'column') {
    return place.report('is a metric of a column; write it below columns: [{name: …, checks: […]}]');
  }
  if (known?.of === 'dataset')
    return place.report('is a metric of the whole dataset; write it in the checks at the top');
  if (laterMetrics.includes(metric)) return place.report('is not supported yet in this version');
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

const percentileFields = { percentile: required(percentile()) } as const satisfies Fields;

const laterKeys =
  'filter where segment query valid_values valid_regex valid_format valid_min valid_max'.split(' ');

type Context = { readonly metric: string; readonly known: KnownMetric };

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
  const body = decodeBounds(input, place, { metric, scale: known.scale });
  if (body === undefined) return undefined;
  const conditions = conditionsOf(body);
  if (!goTogether(body, conditions.length > 0, place)) return undefined;
  if (reportImpossible(conditions, { scale: known.scale, place })) return undefined;
  const own = { metric, settings: body.settings };
  const named = body.name === undefined ? own : { ...own, name: body.name };
  const set: SetThreshold = { kind: 'set', level: body.level ?? 'fail', conditions };
  const checks: CheckDefinition[] = conditions.length > 0 ? [{ ...named, threshold: set }] : [];
  if (body.learned === undefined) return checks;
  const threshold = learnedThreshold({ ...body, enabled: body.learned });
  return [...checks, { ...(checks.length > 0 ? own : named), threshold }];
}

function decodeBounds(
  input: unknown,
  place: Place,
  { metric, scale }: { readonly metric: string; readonly scale: MetricScale },
) {
  const fields = { ...learnedFields, ...operatorFields(scale) };
  const elsewhere = { percentile: 'goes with the metric percentile only' };
  const plain = mapped(object(fields, { elsewhere, later: laterKeys }), (body) => ({
    ...body,
    settings: {},
  }));
  const withPercentile = mapped(object({ ...percentileFields, ...fields }, { later: laterKeys }), (body) => ({
    ...body,
    settings: { percentile: body.percentile },
  }));
  return (metric === 'percentile' ? withPercentile : plain)(input, place);
}

function percentile(): Decoder<number> {
  const right = 'must lie between 0 and 1, such as 0.95; for the ends use the metrics min and max';
  return mapped(number(), (value, place) => (value > 0 && value < 1 ? value : place.report(right)));
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
