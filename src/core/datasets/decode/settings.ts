import { limits } from '../../../base/limits.ts';
import { isQueryMetric, isValidityMetric } from '../../checks/asked-metrics.ts';
import type { CheckDefinition } from '../../checks/definition.ts';
import { type Decoder, mapped, number, text } from './decoder.ts';
import { type Fields, required } from './object.ts';
import type { Place } from './place.ts';
import { reportEmptyRange, validityFields, validityKeys, validitySettings } from './validity.ts';

type Settings = CheckDefinition['settings'];

const queryFields = { name: required(queryName()), query: required(queryText()) } as const satisfies Fields;
const percentileFields = { percentile: required(percentile()) } as const satisfies Fields;

/** The keys that a metric has beside those of every check. */
export function ownFields(metric: string): Fields {
  if (metric === 'percentile') return percentileFields;
  if (isQueryMetric(metric)) return queryFields;
  return isValidityMetric(metric) ? validityFields : {};
}

/** Keys that belong to other metrics, with what to do. */
export function keysElsewhere(metric: string): Readonly<Record<string, string>> {
  const validity = 'goes with invalid_percent and invalid_count, or stands at the column';
  const all: Record<string, string> = {
    percentile: 'goes with the metric percentile only',
    query: 'goes with custom_sql and failed_rows only',
    segment: 'stands at the column, beside its name',
    ...Object.fromEntries(validityKeys.map((key) => [key, validity])),
  };
  const own = ownFields(metric);
  return Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(own, key)));
}

/**
 * A check's settings among its decoded keys; undefined, and reported, when they say too little. `isValiditySaid`: the
 * column says what is valid.
 */
export function settingsOf(
  metric: string,
  body: Readonly<Record<string, unknown>>,
  { place, isValiditySaid }: { readonly place: Place; readonly isValiditySaid: boolean },
): Settings | undefined {
  if (isValidityMetric(metric)) {
    const settings = validitySettings(body);
    reportEmptyRange(body, place);
    if (isValiditySaid || Object.keys(settings).length > 0) return settings;
    return place.report(`must say what is valid: ${validityKeys.join(', ')}, here or at the column`);
  }
  const keys = Object.keys(ownFields(metric)).filter((key) => key !== 'name' && body[key] !== undefined);
  // The fields' decoders make nothing else than numbers and texts.
  return Object.fromEntries(keys.map((key) => [key, body[key]])) as Settings;
}

/** Refuses a second query of a name that another one has: names tell queries apart in results. */
export function withDistinctQueries(
  item: Decoder<readonly CheckDefinition[]>,
): Decoder<readonly CheckDefinition[]> {
  const byName = new Map<string, string>();
  return mapped(item, (checks, place) => {
    for (const { metric, name = '', settings } of checks) {
      if (!isQueryMetric(metric)) continue;
      const query = `${metric} ${String(settings['query'])}`;
      if ((byName.get(name) ?? query) !== query)
        return place.report(`another query has the name “${name}” already; names tell them apart`);
      byName.set(name, query);
    }
    return checks;
  });
}

function queryName(): Decoder<string> {
  return mapped(text({ charactersMax: limits.queryNameCharactersMax }), (name, place) =>
    /\p{Cc}/u.test(name) ? place.report('must be one line of text') : name.trim(),
  );
}

function queryText(): Decoder<string> {
  return mapped(text({ charactersMax: limits.queryCharactersMax }), (query) => query.trim());
}

function percentile(): Decoder<number> {
  const right = 'must lie between 0 and 1, such as 0.95; for the ends use the metrics min and max';
  return mapped(number(), (value, place) => (value > 0 && value < 1 ? value : place.report(right)));
}
