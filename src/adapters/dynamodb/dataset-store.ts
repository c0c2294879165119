import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { FailureError, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { DatasetLine, DatasetStore, RegisteredDataset } from '../../ports/dataset-store.ts';
import type { Random } from '../../ports/random.ts';
import type { RegistryRows } from '../../ports/registry-rows.ts';
import { dynamoCall, isUnmet } from './client.ts';
import { type Item, itemOf, keyOf, newItem, textOf } from './item.ts';
import { canonicalJson } from './item-json.ts';
import { sortedItems } from './sorted-items.ts';

export type DynamoParts = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly random: Random;
  /** The database's rows, which decide whether a dataset exists. */
  readonly rows: RegistryRows;
  /** What of datasets stays in the database. */
  readonly local: DatasetStore;
};

/**
 * Definitions in DynamoDB. A dataset exists while its row stands in the database and its item carries the same
 * registration; an item without such a row is what a crash or a removal left over, and is as good as absent (decision 19).
 */
export class DynamoDatasetStore implements DatasetStore {
  readonly #parts: DynamoParts;

  constructor(parts: DynamoParts) {
    this.#parts = parts;
  }

  async apply(
    definition: DatasetDefinition,
    at: Instant,
  ): Promise<{ readonly changed: boolean; readonly version: number }> {
    for (let tries = 0; tries < limits.registryConflictsMax; tries += 1) {
      const before = await this.#item(definition.dataset);
      if (before === undefined) {
        if (await this.#register(definition, at)) return { changed: true, version: 1 };
        const restored = await this.#restore(definition, at);
        if (restored !== undefined) return { changed: true, version: restored };
        continue;
      }
      if (canonicalJson(before.definition) === canonicalJson(definition)) {
        return { changed: false, version: before.version };
      }
      if (await this.#change(definition, before, at)) return { changed: true, version: before.version + 1 };
    }
    throw new FailureError(
      failure('REGISTRY_UNAVAILABLE', `${definition.dataset} is being changed by many at once`),
    );
  }

  async replace(
    definition: DatasetDefinition,
    { version, at }: { readonly version: number; readonly at: Instant },
  ): Promise<boolean> {
    const before = await this.#item(definition.dataset);
    if (before === undefined || before.version !== version) return false;
    return this.#change(definition, before, at);
  }

  async get(dataset: DatasetName): Promise<RegisteredDataset | undefined> {
    const item = await this.#item(dataset);
    return item && registeredOf(item);
  }

  async page({
    after,
    only,
    limit,
  }: {
    readonly after?: string | undefined;
    readonly only?: readonly DatasetName[];
    readonly limit: number;
  }): Promise<readonly RegisteredDataset[]> {
    const found: RegisteredDataset[] = [];
    const names = only && new Set(only);
    let from = after;
    while (found.length < limit) {
      const items = await this.#itemsAfter(from, limit);
      const last = items.at(-1);
      const wanted = items.filter(({ definition }) => names?.has(definition.dataset) ?? true);
      found.push(...(await this.#existing(wanted)).map(registeredOf));
      if (last === undefined || items.length < limit) break;
      from = last.definition.dataset;
    }
    return found.slice(0, limit);
  }

  async list(): Promise<readonly RegisteredDataset[]> {
    const found: RegisteredDataset[] = [];
    for (;;) {
      const page = await this.page({ after: found.at(-1)?.definition.dataset, limit: limits.pageSizeMax });
      found.push(...page);
      if (page.length < limits.pageSizeMax) return found;
    }
  }

  lines(datasets?: readonly DatasetName[]): Promise<readonly DatasetLine[]> {
    return this.#parts.local.lines(datasets);
  }

  /** The row goes first, with all that hangs on it: from then on there is no such dataset, whatever becomes of its item. */
  async remove(dataset: DatasetName): Promise<Outcome<void>> {
    const item = await this.#stored(dataset);
    const removed = await this.#parts.local.remove(dataset);
    // Without a row it may be one that is just being registered.
    if (item !== undefined && removed.ok) await this.#forget(item);
    return removed;
  }

  getListing(dataset: DatasetName): Promise<unknown> {
    return this.#parts.local.getListing(dataset);
  }

  /** The row and the item together: the row waits, unseen, until the item is there. */
  #register(definition: DatasetDefinition, at: Instant): Promise<boolean> {
    const { client, table, random, rows } = this.#parts;
    const registration = random.id();
    const item = newItem(definition, { registration, at });
    return rows.add(definition, { registration, at }, async () => {
      await dynamoCall(table, (options) =>
        client.send(new PutItemCommand({ TableName: table, Item: item }), options),
      );
    });
  }

  /** A row without an item, as after the table was lost: the dataset keeps its history and gets a definition again. */
  async #restore(definition: DatasetDefinition, at: Instant): Promise<number | undefined> {
    const { client, table, rows } = this.#parts;
    const row = (await rows.read([definition.dataset])).get(definition.dataset);
    if (row === undefined) return undefined;
    const { registration } = row;
    const version = row.version + 1;
    const command = new PutItemCommand({
      TableName: table,
      Item: { ...newItem(definition, { registration, at }), ...marshall({ version }) },
      ConditionExpression: 'attribute_not_exists(dataset) or registration <> :registration',
      ExpressionAttributeValues: marshall({ ':registration': registration }),
    });
    try {
      await dynamoCall(table, (options) => client.send(command, options));
    } catch (error) {
      if (isUnmet(error)) return undefined;
      throw error;
    }
    await rows.update(definition, { registration, version, at });
    return version;
  }

  /** The item first: it says which version there is; the row follows, if need be when the dataset is next read. */
  async #change(definition: DatasetDefinition, before: Item, at: Instant): Promise<boolean> {
    const { client, table, rows } = this.#parts;
    const { registration } = before;
    const version = before.version + 1;
    const command = new UpdateItemCommand({
      TableName: table,
      Key: keyOf(definition.dataset),
      UpdateExpression:
        'set definitionText = :definition, version = :version, updatedAt = :at, dueAt = :at add scheduleVersion :one',
      ConditionExpression: 'registration = :registration and version = :before',
      ExpressionAttributeValues: marshall({
        ':definition': textOf(definition),
        ':version': version,
        ':at': at,
        ':one': 1,
        ':registration': registration,
        ':before': before.version,
      }),
    });
    try {
      await dynamoCall(table, (options) => client.send(command, options));
    } catch (error) {
      if (isUnmet(error)) return false;
      throw error;
    }
    await rows.update(definition, { registration, version, at });
    return true;
  }

  /** The item of a dataset that exists. */
  async #item(dataset: DatasetName): Promise<Item | undefined> {
    const stored = await this.#stored(dataset);
    const [item] = stored === undefined ? [] : await this.#existing([stored]);
    return item;
  }

  async #stored(dataset: DatasetName): Promise<Item | undefined> {
    const { client, table } = this.#parts;
    const command = new GetItemCommand({ TableName: table, Key: keyOf(dataset), ConsistentRead: true });
    const { Item } = await dynamoCall(table, (options) => client.send(command, options));
    return Item && itemOf(Item);
  }

  #existing(items: readonly Item[]): Promise<readonly Item[]> {
    return existing(this.#parts.rows, items);
  }

  async #itemsAfter(after: string | undefined, limit: number): Promise<readonly Item[]> {
    const { client, table } = this.#parts;
    const items: Item[] = [];
    const sorted = sortedItems(client, {
      table,
      asked: {
        KeyConditionExpression:
          after === undefined ? 'spreadKey = :shard' : 'spreadKey = :shard and dataset > :after',
        ...(after === undefined ? {} : { ExpressionAttributeValues: { ':after': { S: after } } }),
      },
      pageSize: limit,
      compare: (a, b) => (a.definition.dataset < b.definition.dataset ? -1 : 1),
    });
    for await (const item of sorted) {
      items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  }

  async #forget({ definition, registration }: Item): Promise<void> {
    await deleteItem(this.#parts, { dataset: definition.dataset, registration });
  }
}

/** Those of some items whose datasets exist; a row that fell behind its item is brought up to it. */
export async function existing(rows: RegistryRows, items: readonly Item[]): Promise<readonly Item[]> {
  const known = await rows.read(items.map(({ definition }) => definition.dataset));
  const found: Item[] = [];
  for (const item of items) {
    const { definition, registration, version, updatedAt } = item;
    const row = known.get(definition.dataset);
    if (row?.registration !== registration) continue;
    if (row.version < version) await rows.update(definition, { registration, version, at: updatedAt });
    found.push(item);
  }
  return found;
}

/** Removes an item, unless another registration has taken its place. */
export async function deleteItem(
  { client, table }: Pick<DynamoParts, 'client' | 'table'>,
  { dataset, registration }: { readonly dataset: DatasetName; readonly registration: string },
): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: table,
    Key: keyOf(dataset),
    ConditionExpression: 'registration = :registration',
    ExpressionAttributeValues: marshall({ ':registration': registration }),
  });
  try {
    await dynamoCall(table, (options) => client.send(command, options));
  } catch (error) {
    if (!isUnmet(error)) throw error;
  }
}

function registeredOf({ definition, version, registeredAt, updatedAt }: Item): RegisteredDataset {
  return { definition, version, registeredAt, updatedAt };
}
