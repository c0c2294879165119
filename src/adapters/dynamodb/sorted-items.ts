import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { dynamoCall } from './client.ts';
import { type Item, itemOf } from './item.ts';
import { shards } from './table.ts';

type Asked = Pick<QueryCommandInput, 'IndexName' | 'KeyConditionExpression' | 'ExpressionAttributeValues'>;

/**
 * Items of all shards in one order, read a page of each shard at a time and no further than they are asked for. Each shard
 * answers in that order; the reads are consistent.
 */
export async function* sortedItems(
  client: DynamoDBClient,
  {
    table,
    asked,
    pageSize,
    compare,
  }: {
    readonly table: string;
    readonly asked: Asked;
    readonly pageSize: number;
    readonly compare: (a: Item, b: Item) => number;
  },
): AsyncGenerator<Item> {
  const readers = shards.map((shard) => itemsOfShard(client, { table, asked, pageSize, shard }));
  const heads = await Promise.all(readers.map(async (reader) => ({ reader, next: await reader.next() })));
  for (;;) {
    let first: { reader: AsyncGenerator<Item>; next: IteratorResult<Item> } | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      if (first === undefined || compare(head.next.value as Item, first.next.value as Item) < 0) first = head;
    }
    if (first === undefined) return;
    yield first.next.value as Item;
    first.next = await first.reader.next();
  }
}

async function* itemsOfShard(
  client: DynamoDBClient,
  {
    table,
    asked,
    pageSize,
    shard,
  }: {
    readonly table: string;
    readonly asked: Asked;
    readonly pageSize: number;
    readonly shard: string;
  },
): AsyncGenerator<Item> {
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new QueryCommand({
      TableName: table,
      ...asked,
      ExpressionAttributeValues: { ...asked.ExpressionAttributeValues, ':shard': { S: shard } },
      ConsistentRead: true,
      Limit: pageSize,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await dynamoCall(table, (options) =>
      client.send(command, options),
    );
    for (const item of Items) yield itemOf(item);
    from = LastEvaluatedKey;
  } while (from !== undefined);
}
