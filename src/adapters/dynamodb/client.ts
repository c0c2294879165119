import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';

/** Where a registry is in DynamoDB. */
export type DynamoPlace = {
  readonly table: string;
  readonly region: string;
  /** Another server of the protocol, such as one on this machine. */
  readonly endpoint?: string | undefined;
  /** Tries of one call; `registryAttemptsMax` unless given. */
  readonly attemptsMax?: number;
};

/** Keys that were given, in place of those that the SDK finds by itself (environment, profile, role of the machine). */
export type DynamoCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/**
 * The client of one table's account. It tries again what is throttled or lost, with growing pauses and jitter (the SDK's
 * standard mode), within the deadline of a call.
 */
export function createDynamoClient(
  place: DynamoPlace,
  credentials: DynamoCredentials | undefined,
): DynamoDBClient {
  return new DynamoDBClient({
    region: place.region,
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    retryMode: 'standard',
    maxAttempts: place.attemptsMax ?? limits.registryAttemptsMax,
    requestHandler: {
      connectionTimeout: limits.registryConnectTimeoutMs,
      requestTimeout: limits.registryTimeoutMs,
    },
  });
}

/** Runs one call with its deadline. What fails becomes a failure of the catalogue; an unmet condition is thrown as it is. */
export async function dynamoCall<T>(
  table: string,
  run: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await run({ abortSignal: AbortSignal.timeout(limits.registryDeadlineMs) });
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) throw error;
    throw new FailureError(dynamoFailure(table, error));
  }
}

/** Whether a condition of a write was not met. */
export function isUnmet(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}

/** Reads many items at once, again as long as the server leaves some out. */
export async function batchGet(
  { client, table, clock, random }: BatchParts,
  keys: readonly Record<string, AttributeValue>[],
): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let left = [...keys];
  for (let inVain = 0; left.length > 0; ) {
    if (inVain >= limits.registryAttemptsMax) throw new FailureError(throttled(table));
    if (inVain > 0) await clock.sleep(backoffMs(pauses, inVain, random.next()));
    const asked = left.splice(0, batchMax);
    const command = new BatchGetItemCommand({
      RequestItems: { [table]: { Keys: asked, ConsistentRead: true } },
    });
    const { Responses = {}, UnprocessedKeys = {} } = await dynamoCall(table, (options) =>
      client.send(command, options),
    );
    items.push(...(Responses[table] ?? []));
    const unread = UnprocessedKeys[table]?.Keys ?? [];
    inVain = unread.length < asked.length ? 0 : inVain + 1;
    left = [...left, ...unread];
  }
  return items;
}

type BatchParts = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  readonly random: Random;
};

const batchMax = 100;

const pauses = { baseMs: 50, capMs: limits.registryTimeoutMs };

function throttled(table: string): ReturnType<typeof failure> {
  return failure('REGISTRY_UNAVAILABLE', `DynamoDB throttles the table ${table}`, {
    hint: 'raise its capacity, or use on-demand capacity',
  });
}

function dynamoFailure(table: string, error: unknown): ReturnType<typeof failure> {
  const name = error instanceof Error ? error.name : '';
  if (throttling.has(name)) return { ...throttled(table), causes: [name] };
  if (
    refusals.has(name) ||
    (error instanceof DynamoDBServiceException && error.$response?.statusCode === 403)
  ) {
    return failure('REGISTRY_UNFIT', `DynamoDB refuses the registry ${table}`, {
      hint: 'check its name and region, the credentials and their rights: docs/scheduling.md lists what they need',
      cause: error,
    });
  }
  return failure('REGISTRY_UNAVAILABLE', `DynamoDB does not answer for the registry ${table}`, {
    hint: 'it is tried again; check the network and the state of DynamoDB in its region',
    cause: error,
  });
}

const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
]);

const refusals = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'ValidationException',
]);
