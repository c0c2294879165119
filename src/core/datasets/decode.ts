import { type DatasetName, parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { partitionQueries } from '../checks/partition-queries.ts';
import { checksDecoder } from './decode/checks.ts';
import { type ColumnEntry, columnsDecoder } from './decode/columns.ts';
import { type Decoder, describe, distinct, flag, itself, list, mapped, text } from './decode/decoder.ts';
import { fileReadingFields } from './decode/file-reading.ts';
import { frameDecoder, reportMisfitFrame } from './decode/frame.ts';
import { checkLimitsDecoder, datasetLimitsDecoder, limitsByDefault } from './decode/limits.ts';
import { maskedColumns } from './decode/masked.ts';
import { notifyDecoder, reportUnheard } from './decode/notify.ts';
import { defaulted, object, optional, required } from './decode/object.ts';
import { partitionDecoder, reportMisfitPartition } from './decode/partition.ts';
import { type DefinitionIssue, Place } from './decode/place.ts';
import { policyDecoder } from './decode/policy.ts';
import { providerDecoder } from './decode/provider.ts';
import { publishDecoder } from './decode/publish.ts';
import { withColumnValidity } from './decode/segment-checks.ts';
import { joinSegments, segmentsDecoder } from './decode/segments.ts';
import type { DatasetDefinition } from './definition.ts';
import type { FileReading, ProviderDefinition } from './provider-definition.ts';

/**
 * The definition in plain data with the keys of the YAML form, every default filled in; or all that is wrong with it (up
 * to 200 issues). The provider's path is taken as it stands: `readDefinition` makes it absolute.
 */
export function decodeDataset(input: unknown): Outcome<DatasetDefinition, readonly DefinitionIssue[]> {
  return decodeWith(datasetDecoder, input);
}

/** What a checks file says, for data that is given elsewhere: the command line of `assay check`. */
export type ChecksDefinition = Pick<
  DatasetDefinition,
  'policy' | 'missingValues' | 'freshnessColumn' | 'checks' | 'columns' | 'segments' | 'limits'
> &
  FileReading &
  Partial<Pick<DatasetDefinition, 'partition'>>;

/** The checks file in plain data. A whole dataset definition serves as well: its checks are taken. */
export function decodeChecks(input: unknown): Outcome<ChecksDefinition, readonly DefinitionIssue[]> {
  const isDataset = typeof input === 'object' && input !== null && 'dataset' in input;
  return decodeWith(isDataset ? mapped(datasetDecoder, checksOfDataset) : checksFileDecoder, input);
}

/** The checks file that says nothing: all defaults. */
export const noChecks: ChecksDefinition = {
  policy: { alertsPerMonth: 1 },
  missingValues: [],
  checks: [],
  columns: [],
  segments: [],
  limits: limitsByDefault,
};

const datasetName: Decoder<DatasetName> = mapped(text(), (name, place) => {
  const parsed = parseDatasetName(name);
  const right = 'lower-case letters, digits, “.”, “_” and “-”, up to 100, starting with a letter or digit';
  return parsed ?? place.report(`must consist of ${right}; is ${describe(name)}`);
});

const people = list(text({ charactersMax: 200 }));

/** What a dataset and a checks file have in common. */
const judgedFields = {
  policy: defaulted(policyDecoder, noChecks.policy),
  missing_values: defaulted(distinct(text({ empty: true }), { keysOf: itself, what: 'value' }), []),
  freshness_column: optional(text()),
  checks: defaulted(checksDecoder('dataset'), []),
  columns: defaulted(columnsDecoder, []),
  segments: defaulted(segmentsDecoder, []),
  limits: defaulted(checkLimitsDecoder, noChecks.limits),
};

type Judged = Pick<DatasetDefinition, 'checks' | 'segments' | 'missingValues' | 'freshnessColumn'> & {
  readonly columns: readonly ColumnEntry[];
};

/** What is said at columns, in the places where it belongs; reports what is too much of all together. */
function arranged<T extends Judged>(given: T, place: Place) {
  const columns = given.columns.map(({ name, checks }) => ({ name, checks }));
  const joined = joinSegments(given.segments, given.columns, place);
  const segments = withColumnValidity(joined, columns, place);
  const queries = partitionQueries({ checks: given.checks, columns }).length;
  if (queries > limits.queriesPerDatasetMax) {
    const most = `at most ${limits.queriesPerDatasetMax} of custom_sql, failed_rows and exact duplicates together`;
    place.at('checks').report(`${most}, here are ${queries}`);
  }
  return { ...given, columns, segments };
}

const laterKeys = ['filter', 'variables', 'schedule'];

const datasetDecoder: Decoder<DatasetDefinition> = mapped(
  object(
    {
      dataset: required(datasetName),
      owner: required(text({ charactersMax: 200 })),
      followers: defaulted(people, []),
      description: optional(text({ charactersMax: 10_000 })),
      private: defaulted(flag, false),
      provider: required(providerDecoder),
      partition: defaulted(partitionDecoder, { kind: 'none' }),
      publish: defaulted(publishDecoder, { type: 'static' }),
      backfill: optional(frameDecoder),
      notify: defaulted(notifyDecoder, []),
      ...judgedFields,
      limits: defaulted(datasetLimitsDecoder, noChecks.limits),
    },
    { later: laterKeys },
  ),
  (
    { missing_values: missingValues, freshness_column: freshnessColumn, private: isPrivate, ...rest },
    place,
  ) => {
    if (
      rest.backfill !== undefined &&
      reportMisfitFrame(rest.backfill, rest.partition, place.at('backfill'))
    ) {
      return undefined;
    }
    if (reportMisfitPartition(rest.partition, rest.provider, place.at('partition'))) return undefined;
    if (reportUnheard(rest, place.at('notify'))) return undefined;
    const freshness = freshnessColumn === undefined ? {} : { freshnessColumn };
    const followers = [...new Set(rest.followers)];
    const hidden = { ...(isPrivate ? { private: true as const } : {}), ...maskedColumns(rest, place) };
    return arranged({ ...rest, ...freshness, missingValues, followers, ...hidden }, place);
  },
);

const checksFileDecoder: Decoder<ChecksDefinition> = mapped(
  object(
    {
      ...judgedFields,
      ...fileReadingFields,
      partition: optional(partitionDecoder),
    },
    { later: laterKeys },
  ),
  ({ missing_values: missingValues, freshness_column: freshnessColumn, ...rest }, place) => {
    const freshness = freshnessColumn === undefined ? {} : { freshnessColumn };
    return arranged({ ...rest, ...freshness, missingValues }, place);
  },
);

function checksOfDataset(definition: DatasetDefinition): ChecksDefinition {
  const { policy, missingValues, freshnessColumn, checks, columns, segments, limits, partition, provider } =
    definition;
  return {
    policy,
    missingValues,
    checks,
    columns,
    segments,
    limits,
    partition,
    ...(freshnessColumn === undefined ? {} : { freshnessColumn }),
    ...readingOf(provider),
  };
}

/** How its files are read, where there are any. */
function readingOf(provider: ProviderDefinition): FileReading {
  if (!('format' in provider || 'csv' in provider)) return {};
  const { format, csv } = provider;
  return { ...(format === undefined ? {} : { format }), ...(csv === undefined ? {} : { csv }) };
}

function decodeWith<T>(decoder: Decoder<T>, input: unknown): Outcome<T, readonly DefinitionIssue[]> {
  const issues: DefinitionIssue[] = [];
  const value = decoder(input, Place.top(issues));
  return value === undefined || issues.length > 0 ? fail(issues) : succeed(value);
}
