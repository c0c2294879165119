import { day, hour, minute, second } from '../../../base/units.ts';
import type { CheckDefinition, SetCondition } from '../../checks/definition.ts';
import type {
  AlertPolicy,
  DatasetDefinition,
  NotifyDefinition,
  PartitionRule,
  PublishRule,
  QuietHours,
  SegmentDefinition,
} from '../definition.ts';
import { encodeProvider } from './encode-provider.ts';
import { knownMetrics } from './known-metrics.ts';
import { encodeLimits } from './limits.ts';
import { type Plain, type PlainMap, present } from './plain.ts';
import { encodeSecret } from './secret.ts';

/** The definition with the keys of the YAML form and every default written out: what `decodeDataset` reads as the same. */
export function encodeDataset(definition: DatasetDefinition): PlainMap {
  return present({
    dataset: definition.dataset,
    owner: definition.owner,
    followers: definition.followers,
    description: definition.description,
    private: definition.private,
    provider: encodeProvider(definition.provider),
    partition: encodePartition(definition.partition),
    publish: encodePublish(definition.publish),
    backfill: definition.backfill === undefined ? undefined : present(definition.backfill),
    policy: encodePolicy(definition.policy),
    missing_values: definition.missingValues,
    freshness_column: definition.freshnessColumn,
    checks: definition.checks.map((check) => encodeCheck(check)),
    columns: encodeColumns(definition),
    segments: definition.segments.map(encodeSegment),
    notify: definition.notify.map(encodeNotify),
    limits: encodeLimits(definition.limits),
  });
}

/** The columns with checks, then those that are masked alone. */
function encodeColumns({ columns, maskedColumns = [] }: DatasetDefinition): readonly PlainMap[] {
  const named = new Set(columns.map(({ name }) => name));
  const others = maskedColumns.filter((name) => !named.has(name)).map((name) => ({ name, checks: [] }));
  return [...columns, ...others].map(({ name, checks }) =>
    present({
      name,
      masked: maskedColumns.includes(name) ? true : undefined,
      checks: checks.map((check) => encodeCheck(check)),
    }),
  );
}

function encodePolicy({ alertsPerMonth, holidays, specialDays }: AlertPolicy): PlainMap {
  return present({ alerts_per_month: alertsPerMonth, holidays, special_days: specialDays });
}

function encodeSegment({ columns, groupsMax, metrics, checks }: SegmentDefinition): PlainMap {
  const written = checks?.map((check) => {
    // A list, because null has no other form there.
    return encodeCheck(check, {
      column: check.column,
      group: check.group?.map((value) => value ?? nullText),
    });
  });
  return present({ columns, limit: groupsMax, metrics, checks: written });
}

/** Null in a list of plain data, which has no other value for it. */
const nullText = '∅';

/** A check as it stands in YAML: `{null_percent: {must_be_less_than: 5, level: warn}}`. */
function encodeCheck(
  check: CheckDefinition,
  where: Readonly<Record<string, Plain | undefined>> = {},
): PlainMap {
  const { threshold } = check;
  const own = { name: check.name, ...where, ...check.settings };
  if (threshold.kind === 'learned') {
    const { enabled, direction, sensitivity } = threshold;
    const wishes = enabled && check.metric !== 'schema' ? { direction, sensitivity } : {};
    return { [check.metric]: present({ ...own, learned: enabled, ...wishes }) };
  }
  const isDuration = knownMetrics[check.metric]?.scale === 'duration';
  const bounds = threshold.conditions.map((condition) => [
    condition.operator,
    encodeBound(condition, isDuration),
  ]);
  return { [check.metric]: present({ ...own, ...Object.fromEntries(bounds), level: threshold.level }) };
}

function encodeBound(condition: SetCondition, isDuration: boolean): Plain {
  const write = (value: number): Plain => (isDuration ? exactDuration(value) : value);
  return 'low' in condition ? [write(condition.low), write(condition.high)] : write(condition.value);
}

/** A duration in the largest unit that holds it exactly: `26h`. */
function exactDuration(durationMs: number): string {
  const units = [
    ['d', day],
    ['h', hour],
    ['m', minute],
    ['s', second],
  ] as const;
  for (const [name, unitMs] of units) {
    if (durationMs >= unitMs && durationMs % unitMs === 0 && !(name === 'd' && durationMs < 3 * day)) {
      return `${durationMs / unitMs}${name}`;
    }
  }
  return `${durationMs}ms`;
}

export function encodePartition(rule: PartitionRule): Plain {
  switch (rule.kind) {
    case 'none':
      return 'none';
    case 'columns':
      return { columns: rule.columns };
    case 'time':
      return { column: rule.column, by: rule.by };
    case 'path':
      return { path: rule.keys.join('/') };
    case 'file':
      return { file: true };
  }
}

export function encodePublish(rule: PublishRule): PlainMap {
  return rule.type === 'periodic'
    ? { type: rule.type, cron: rule.cron, time_zone: rule.timeZone }
    : { type: rule.type };
}

function encodeNotify(channel: NotifyDefinition): PlainMap {
  const { level, quietHours, repeatMs } = channel;
  const rules = {
    level,
    quiet_hours: quietHours === undefined ? undefined : encodeQuietHours(quietHours),
    repeat: repeatMs === undefined ? undefined : exactDuration(repeatMs),
  };
  return { [channel.type]: present({ ...encodeTarget(channel), ...rules }) };
}

function encodeTarget(channel: NotifyDefinition): Readonly<Record<string, Plain | undefined>> {
  switch (channel.type) {
    case 'webhook':
      return {
        url: channel.url,
        secret: channel.secret === undefined ? undefined : encodeSecret(channel.secret),
      };
    case 'slack':
    case 'teams':
      return { url: encodeSecret(channel.url) };
    case 'email':
      return { to: channel.to };
  }
}

function encodeQuietHours({ from, to, timeZone, exceptFail }: QuietHours): PlainMap {
  const except = exceptFail ? 'fail' : undefined;
  return present({ from: timeOfDay(from), to: timeOfDay(to), time_zone: timeZone, except });
}

function timeOfDay(minutes: number): string {
  const two = (part: number): string => part.toString().padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
