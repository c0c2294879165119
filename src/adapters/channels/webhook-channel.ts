import { createHash, createHmac } from 'node:crypto';
import { assert } from '../../base/assert.ts';
import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { SecretReference } from '../../core/datasets/provider-definition.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { postOverHttp, refused } from './http-post.ts';

export type WebhookChannelOptions = { readonly clock: Clock; readonly secrets: Secrets };

/**
 * Posts messages as JSON. `traceparent` (W3C Trace Context) names the work that a message tells about. `Idempotency-Key` is the same for each try of a message. With a secret, `Assay-Signature` is
 * `v1=` and the hexadecimal HMAC-SHA256 of `<Assay-Timestamp>.<body>`, the timestamp in seconds since 1970: receivers
 * compare both and refuse old ones. A status of 200–299 means delivered. `DELIVERY_REFUSED`: trying again is of no use;
 * `DELIVERY_FAILED`: everything else, also a missing secret and a stop of the service, so that no message is given up.
 */
export function createWebhookChannel({ clock, secrets }: WebhookChannelOptions): Channel {
  return {
    deliver: async (delivery, wait) => {
      const { definition } = delivery;
      assert(definition?.type === 'webhook', 'a webhook delivery carries its definition');
      if (!URL.canParse(definition.url)) return fail(refused('an invalid address', 'no URL'));
      const body = bodyOf(delivery);
      const headers = await headersOf({ delivery, body, clock, secrets }, definition.secret);
      if (!headers.ok) return headers;
      return await postOverHttp(new URL(definition.url), { headers: headers.value, body }, { clock, wait });
    },
  };
}

function bodyOf({ id, message }: Delivery): string {
  return JSON.stringify({ id, ...message, at: new Date(message.at).toISOString() });
}

async function headersOf(
  request: { readonly delivery: Delivery; readonly body: string } & WebhookChannelOptions,
  reference: SecretReference | undefined,
): Promise<Outcome<Readonly<Record<string, string>>>> {
  const { delivery, body, clock, secrets } = request;
  const timestamp = Math.floor(clock.now() / 1_000).toString();
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'assay',
    'Idempotency-Key': headerText(delivery.id),
    'Assay-Timestamp': timestamp,
    ...traceparent(delivery, timestamp),
  };
  if (reference === undefined) return succeed(headers);
  const secret = await secrets.resolve(reference);
  if (!secret.ok) {
    const { message, hint } = secret.error;
    return fail(failure('DELIVERY_FAILED', 'A notification could not be signed', { hint, cause: message }));
  }
  const signature = createHmac('sha256', secret.value).update(`${timestamp}.${body}`).digest('hex');
  return succeed({ ...headers, 'Assay-Signature': `v1=${signature}` });
}

/** Each try is a span of its own, which needs no chance: its key and time are its own. */
function traceparent({ id, message }: Delivery, timestamp: string): { readonly traceparent?: string } {
  if (message.traceId === undefined) return {};
  const span = createHash('sha256').update(`${id} ${timestamp}`).digest('hex').slice(0, 16);
  return { traceparent: `00-${message.traceId}-${span}-00` };
}

/** Ids may contain partition keys of any text; headers hold visible ASCII alone. */
function headerText(text: string): string {
  return text.replace(/[^!-~]+/gu, (odd) => {
    return Array.from(
      Buffer.from(odd),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join('');
  });
}
