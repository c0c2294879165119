import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { dynamoCall } from './client.ts';

/** The index of due times: a local one, because those alone are read consistently. */
export const dueIndex = 'by-due-time';

/** Datasets are spread over so many partition keys by their names, so that no key is hot: it can not be changed later. */
export const shards: readonly string[] = Array.from({ length: 8 }, (_, nth) => `s${nth}`);

/** The table, with on-demand capacity. */
function shapeOf(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'spreadKey', AttributeType: 'S' },
      { AttributeName: 'dataset', AttributeType: 'S' },
      { AttributeName: 'dueAt', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'spreadKey', KeyType: 'HASH' },
      { AttributeName: 'dataset', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: dueIndex,
        KeySchema: [
          { AttributeName: 'spreadKey', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };
}

/** Makes the table if there is none, waits until it serves, and checks its shape: `REGISTRY_UNFIT` when it is another one. */
export async function openTable(client: DynamoDBClient, table: string, clock: Clock): Promise<void> {
  const endMs = clock.monotonicMs() + limits.registryTableMs;
  for (;;) {
    const found = await describe(client, table);
    if (found === undefined) await create(client, table);
    else if (found.TableStatus === 'ACTIVE' || found.TableStatus === 'UPDATING') {
      requireShape(table, found);
      return;
    }
    if (clock.monotonicMs() > endMs) {
      throw new FailureError(
        failure(
          'REGISTRY_UNAVAILABLE',
          `the table ${table} is not ready: ${found?.TableStatus ?? 'missing'}`,
        ),
      );
    }
    await clock.sleep(limits.databaseRetryMs);
  }
}

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription | undefined> {
  return dynamoCall(table, async (options) => {
    try {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }), options);
      return Table;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  });
}

async function create(client: DynamoDBClient, table: string): Promise<void> {
  await dynamoCall(table, async (options) => {
    try {
      await client.send(new CreateTableCommand(shapeOf(table)), options);
    } catch (error) {
      // Another process was faster.
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  });
}

function requireShape(table: string, found: TableDescription): void {
  const keys = (found.KeySchema ?? []).map(({ AttributeName }) => AttributeName).join();
  const indexes = (found.LocalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  if (keys === 'spreadKey,dataset' && indexes.includes(dueIndex)) return;
  throw new FailureError(
    failure('REGISTRY_UNFIT', `the table ${table} is not a registry of Assay`, {
      hint: 'name a table that does not exist yet: Assay makes it',
    }),
  );
}
