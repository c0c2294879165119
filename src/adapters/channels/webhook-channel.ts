import { createHmac } from 'node:crypto';
import { assert } from '../../base/assert.ts';
import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { SecretReference } from '../../core/datasets/definition.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Wait } from '../../ports/provider.ts';
import type { Secrets } from '../../ports/secrets.ts';

export type WebhookChannelOptions = { readonly clock: Clock; readonly secrets: Secrets };

/**
 * Posts messages as JSON. `Idempotency-Key` is the same for each try of a message. With a secret, `Assay-Signature` is
 * `v1=` and the hexadecimal HMAC-SHA256 of `<Assay-Timestamp>.<body>`, the timestamp in seconds since 1970: receivers
 * compare both and refuse old ones. A status of 200–299 means delivered. `DELIVERY_REFUSED`: trying again is of no use;
 * `DELIVERY_FAILED`: everything else, also a missing secret and a stop of the service, so that no message is given up.
 */
export function createWebhookChannel({ clock, secrets }: WebhookChannelOptions): Channel {
  return {
    deliver: async (delivery, wait) => {
      const { definition } = delivery;
      assert(definition !== undefined, 'a webhook delivery carries its definition');
      if (!URL.canParse(definition.url)) return fail(refused('an invalid address', 'no URL'));
      const body = bodyOf(delivery);
      const headers = await headersOf({ delivery, body, clock, secrets }, definition.secret);
      if (!headers.ok) return headers;
      return await withDeadline(clock, wait, (signal) =>
        post(new URL(definition.url), { headers: headers.value, body, signal }),
      );
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

/** Ids may contain partition keys of any text; headers hold visible ASCII alone. */
function headerText(text: string): string {
  return text.replace(/[^!-~]+/gu, (odd) => {
    return Array.from(
      Buffer.from(odd),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join('');
  });
}

type Post = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
};

/** The address is told by its host alone: paths and queries of webhooks are secrets themselves. */
async function post(url: URL, request: Post): Promise<Outcome<void>> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', redirect: 'manual', ...request });
  } catch (error) {
    return fail(failure('DELIVERY_FAILED', `${url.host} could not be reached`, { cause: reasonOf(error) }));
  }
  const answer = response.ok ? await discard(response) : await startOf(response);
  if (response.ok) return succeed(undefined);
  const said = `${response.status}${answer === '' ? '' : `: ${answer}`}`;
  if (isRefusal(response.status)) return fail(refused(url.host, said));
  return fail(
    failure('DELIVERY_FAILED', `${url.host} answered with status ${response.status}`, { cause: said }),
  );
}

/** Statuses of 400–499 that ask to try again later, or say that the receiver was busy. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Redirections count as refusals: following them would send the message where nobody meant it to go. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && !passing.has(status);
}

function refused(receiver: string, said: string): Failure {
  const hint = 'Correct the address of the webhook, or what the receiver expects';
  return failure('DELIVERY_REFUSED', `${receiver} refused the notification`, { hint, cause: said });
}

async function discard(response: Response): Promise<''> {
  await response.body?.cancel().catch(() => {});
  return '';
}

const answerCharactersMax = 200;

/** The start of an answer, for people; as much as comes, if it breaks off. */
async function startOf(response: Response): Promise<string> {
  let text = '';
  let bytes = 0;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= answerCharactersMax || bytes >= limits.webhookResponseBytesMax) break;
    }
  } catch {
    // The status has said what counts.
  }
  return text
    .slice(0, answerCharactersMax)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}

/** The innermost thing that an error says: `fetch failed` alone helps nobody. */
function reasonOf(error: unknown): string {
  let reason = 'unknown';
  for (let current = error; current instanceof Error; current = current.cause) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    reason = current.message || code || reason;
  }
  return reason;
}

/** Runs an action whose signal aborts at the deadline or with that of the caller. */
async function withDeadline(
  clock: Clock,
  wait: Wait,
  action: (signal: AbortSignal) => Promise<Outcome<void>>,
): Promise<Outcome<void>> {
  const done = new AbortController();
  const late = new AbortController();
  const watching = clock.sleep(wait.timeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) late.abort(new Error(`no answer within ${wait.timeoutMs} ms`));
  });
  try {
    return await action(AbortSignal.any([wait.signal, late.signal]));
  } finally {
    done.abort();
    await watching;
  }
}
