import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { DueDataset, Schedule } from '../../core/scheduling/schedule.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ScheduleChange, ScheduleStore } from '../../ports/schedule-store.ts';
import { batchGet, dynamoCall, isUnmet } from './client.ts';
import { type DynamoParts, deleteItem, existing } from './dataset-store.ts';
import { type Item, itemOf, keyOf } from './item.ts';
import { encodeItemJson } from './item-json.ts';
import { sortedItems } from './sorted-items.ts';
import { dueIndex } from './table.ts';

type Parts = Pick<DynamoParts, 'client' | 'table' | 'rows' | 'random'> & { readonly clock: Clock };

/** Schedules in DynamoDB: parts of the items of datasets, found by a local index of due times in each shard. */
export class DynamoScheduleStore implements ScheduleStore {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async due({
    now,
    limit,
  }: {
    readonly now: Instant;
    readonly limit: number;
  }): Promise<readonly DueDataset[]> {
    const { client, table, rows } = this.#parts;
    const items: Item[] = [];
    const sorted = sortedItems(client, {
      table,
      asked: {
        IndexName: dueIndex,
        KeyConditionExpression: 'spreadKey = :shard and dueAt <= :now',
        ExpressionAttributeValues: marshall({ ':now': now }),
      },
      pageSize: Math.max(1, Math.ceil(limit / 4)),
      compare: (a, b) => dueOf(a) - dueOf(b) || (a.definition.dataset < b.definition.dataset ? -1 : 1),
    });
    for await (const item of sorted) {
      items.push(item);
      if (items.length >= limit) break;
    }
    const found = await existing(rows, items);
    if (found.length < items.length) await this.#sweep(items, { found, now });
    return found.flatMap((item) => dueDataset(item) ?? []);
  }

  async of(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, Schedule>> {
    const { rows } = this.#parts;
    const items = await batchGet(this.#parts, [...new Set(datasets)].map(keyOf));
    const found = await existing(rows, items.map(itemOf));
    return new Map(found.map(({ definition, schedule }) => [definition.dataset, schedule]));
  }

  async save(changes: readonly ScheduleChange[]): Promise<ReadonlySet<DatasetName>> {
    const saved = new Set<DatasetName>();
    const left = [...changes];
    const work = async (): Promise<void> => {
      for (let change = left.pop(); change !== undefined; change = left.pop()) {
        if (await this.#save(change)) saved.add(change.dataset);
      }
    };
    await Promise.all(Array.from({ length: limits.registryWritesAtOnce }, work));
    return saved;
  }

  async #save({ dataset, version, nextAt, state }: ScheduleChange): Promise<boolean> {
    const { client, table } = this.#parts;
    const command = new UpdateItemCommand({
      TableName: table,
      Key: keyOf(dataset),
      UpdateExpression:
        nextAt === undefined
          ? 'set scheduleState = :state add scheduleVersion :one remove dueAt'
          : 'set scheduleState = :state, dueAt = :next add scheduleVersion :one',
      ConditionExpression: 'scheduleVersion = :version',
      ExpressionAttributeValues: marshall({
        ':state': encodeItemJson(state),
        ':one': 1,
        ':version': version,
        ...(nextAt === undefined ? {} : { ':next': nextAt }),
      }),
    });
    try {
      await dynamoCall(table, (options) => client.send(command, options));
      return true;
    } catch (error) {
      if (isUnmet(error)) return false;
      throw error;
    }
  }

  /** Removes what a crash or a removal left over, so that it does not stand before what is due; not what may be becoming. */
  async #sweep(
    items: readonly Item[],
    { found, now }: { readonly found: readonly Item[]; readonly now: Instant },
  ): Promise<void> {
    const kept = new Set(found);
    for (const item of items) {
      if (kept.has(item) || now - item.updatedAt < limits.registryLeftoverAgeMs) continue;
      await deleteItem(this.#parts, { dataset: item.definition.dataset, registration: item.registration });
    }
  }
}

function dueOf({ schedule }: Item): number {
  return schedule.nextAt ?? 0;
}

function dueDataset({
  definition,
  version,
  registeredAt,
  updatedAt,
  schedule,
}: Item): DueDataset | undefined {
  const { nextAt } = schedule;
  if (nextAt === undefined) return undefined;
  return { definition, version, registeredAt, updatedAt, schedule: { ...schedule, nextAt } };
}
