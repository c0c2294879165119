import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { FailureError, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { formatBytes, type Instant, instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { spreadChance } from '../../core/resilience/spread.ts';
import type { Schedule, ScheduleState } from '../../core/scheduling/schedule.ts';
import type { RegisteredDataset } from '../../ports/dataset-store.ts';
import { decodeItemJson, encodeItemJson } from './item-json.ts';
import { shards } from './table.ts';

/** A dataset as one item: what its owner said, and when it is looked at next. */
export type Item = RegisteredDataset & {
  /** Which of the datasets that had this name, one after the other. */
  readonly registration: string;
  readonly schedule: Schedule;
};

/** The key of a dataset's item. */
export function keyOf(dataset: DatasetName): Record<string, AttributeValue> {
  // What stands behind the name spreads names that differ in their last characters alone.
  const shard = shards[Math.floor(spreadChance(0, `${dataset}/shard`) * shards.length)] ?? '';
  return marshall({ spreadKey: shard, dataset });
}

/** A dataset that is registered now, and due at once. */
export function newItem(
  definition: DatasetDefinition,
  { registration, at }: { readonly registration: string; readonly at: Instant },
): Record<string, AttributeValue> {
  const item = {
    registration,
    definitionText: textOf(definition),
    version: 1,
    registeredAt: at,
    updatedAt: at,
    dueAt: at,
    // No two registrations of one name begin alike: what was decided about an earlier one does not fit a later one.
    scheduleVersion: Math.floor(at),
  };
  return { ...keyOf(definition.dataset), ...marshall(item) };
}

/** The text of a definition: `REGISTRY_LIMIT` when it is larger than an item may be. */
export function textOf(definition: DatasetDefinition): string {
  const text = encodeItemJson(definition);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= limits.registryDefinitionBytesMax) return text;
  throw new FailureError(
    failure(
      'REGISTRY_LIMIT',
      `the definition of ${definition.dataset} has ${formatBytes(bytes)}; the registry in DynamoDB holds ${formatBytes(limits.registryDefinitionBytesMax)} of each`,
      { hint: 'shorten its lists of values and queries, or cut the dataset into several' },
    ),
  );
}

/** The dataset of an item. */
export function itemOf(attributes: Record<string, AttributeValue>): Item {
  const raw = unmarshall(attributes) as Raw;
  return {
    definition: decodeItemJson<DatasetDefinition>(raw.definitionText),
    version: raw.version,
    registeredAt: instant(raw.registeredAt),
    updatedAt: instant(raw.updatedAt),
    registration: raw.registration,
    schedule: {
      version: raw.scheduleVersion,
      ...(raw.dueAt === undefined ? {} : { nextAt: instant(raw.dueAt) }),
      ...(raw.scheduleState === undefined ? {} : { state: decodeItemJson<ScheduleState>(raw.scheduleState) }),
    },
  };
}

type Raw = {
  readonly definitionText: string;
  readonly version: number;
  readonly registeredAt: number;
  readonly updatedAt: number;
  readonly registration: string;
  readonly scheduleVersion: number;
  readonly dueAt?: number;
  readonly scheduleState?: string;
};
