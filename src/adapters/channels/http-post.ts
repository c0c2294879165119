import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { second } from '../../base/units.ts';
import type { DeliveryFailure } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Wait } from '../../ports/provider.ts';
import { withDeadline } from './deadline.ts';

export type Post = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Posts once, within a deadline. A status of 200–299 means delivered. `DELIVERY_REFUSED`: trying again is of no use;
 * `DELIVERY_FAILED`: everything else, with the time to wait if the receiver names one. The address is told by its host
 * alone: paths and queries of webhooks are secrets themselves.
 */
export function postOverHttp(
  url: URL,
  request: Post,
  { clock, wait }: { readonly clock: Clock; readonly wait: Wait },
): Promise<Outcome<void, DeliveryFailure>> {
  return withDeadline(clock, wait, (signal) => post(url, request, { clock, signal }));
}

/** A failure for good, which `said` explains. */
export function refused(receiver: string, said: string): Failure {
  const hint = 'Correct the address of the webhook, or what the receiver expects';
  return failure('DELIVERY_REFUSED', `${receiver} refused the notification`, { hint, cause: said });
}

async function post(
  url: URL,
  request: Post,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Outcome<void, DeliveryFailure>> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', redirect: 'manual', ...request, signal });
  } catch (error) {
    return fail(failure('DELIVERY_FAILED', `${url.host} could not be reached`, { cause: reasonOf(error) }));
  }
  const answer = response.ok ? await discard(response) : await startOf(response);
  if (response.ok) return succeed(undefined);
  const said = `${response.status}${answer === '' ? '' : `: ${answer}`}`;
  if (isRefusal(response.status)) return fail(refused(url.host, said));
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), clock.now());
  return fail({
    ...failure('DELIVERY_FAILED', `${url.host} answered with status ${response.status}`, { cause: said }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Statuses of 400–499 that ask to try again later, or say that the receiver was busy. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Redirections count as refusals: following them would send the message where nobody meant it to go. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && !passing.has(status);
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds, or a date. Undefined when it says nothing of use. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d{1,9}$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now;
  return Number.isFinite(waitMs) && waitMs > 0 ? waitMs : undefined;
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
