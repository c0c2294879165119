import { InvariantError } from '../../base/assert.ts';
import { type Failure, FailureError, failure, failureOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import { sourceNameOf } from '../../core/datasets/source-name.ts';
import type { CallEnd } from '../../core/resilience/source-gate.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchRequest, Provider, Wait } from '../../ports/provider.ts';
import type { SourceGuard } from './source-guard.ts';

type Parts = {
  readonly clock: Clock;
  readonly guard: SourceGuard;
  /** The bytes of all files in a directory, which a provider writes while it fetches. */
  readonly bytesIn: (directory: string) => Promise<number>;
};

/**
 * A provider that asks its source only when the guard lets it, and waits no longer than the call's time-out, whatever the
 * provider does: what hangs is left behind. A fetch during which nothing arrives for a while has met a source that hangs.
 */
export function guardedProvider(provider: Provider, parts: Parts): Provider {
  return {
    partitions: (request) => {
      const listing = capped(request.wait);
      return guarded(parts, { definition: request.definition, wait: listing }, (wait) =>
        provider.partitions({ ...request, wait }),
      );
    },
    schema: (definition, wait) =>
      // Asked by tasks on their way, which have their place among the calls already.
      guarded(parts, { definition, wait: capped(wait), isPart: true }, (bounded) =>
        provider.schema(definition, bounded),
      ),
    fetch: (request) => guardedFetch(provider, parts, request),
  };
}

/** A fetch may take as long as its task; looks at a source may not. */
function capped(wait: Wait): Wait {
  return { signal: wait.signal, timeoutMs: Math.min(wait.timeoutMs, limits.lookupTimeoutMs) };
}

async function guardedFetch(
  provider: Provider,
  parts: Parts,
  request: FetchRequest,
): Promise<Outcome<FilesScan>> {
  // What lies here already is not fetched.
  if (request.listed.scan.kind === 'files') return provider.fetch(request);
  const { definition, directory } = request;
  let progress = 0;
  const onProgress = (fraction: number): void => {
    progress += 1;
    request.onProgress?.(fraction);
  };
  const signOfLife = async (): Promise<string> => `${progress} ${await parts.bytesIn(directory)}`;
  return guarded(
    parts,
    { definition, wait: request.wait, signOfLife, bytes: () => parts.bytesIn(directory) },
    (wait) => provider.fetch({ ...request, wait, onProgress }),
  );
}

type GuardedCall = {
  readonly definition: DatasetDefinition;
  readonly wait: Wait;
  /** Changes for as long as something arrives. */
  readonly signOfLife?: () => Promise<string>;
  readonly bytes?: () => Promise<number>;
  readonly isPart?: boolean;
};

async function guarded<T>(
  parts: Parts,
  call: GuardedCall,
  action: (wait: Wait) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { wait } = call;
  // What lies on this machine has its own deadlines, and nobody else to protect.
  if (sourceNameOf(call.definition.provider) === undefined) return action(wait);
  if (wait.signal.aborted) return fail(cancelled());
  const admitted = await parts.guard.enter(call.definition, call.isPart === true);
  if (!admitted.ok) return admitted;
  let outcome: Outcome<T> = fail(cancelled());
  let instead: Failure | undefined;
  try {
    outcome = await withinTime(parts.clock, call, action);
  } finally {
    const bytes = (await call.bytes?.().catch(() => 0)) ?? 0;
    instead = admitted.value.ended({ end: endOf(outcome, { wait, bytes }), bytes });
  }
  return instead === undefined ? outcome : fail(instead);
}

/** Races the call with its deadline and with silence; after their end it has a moment to stop, then nobody waits any more. */
async function withinTime<T>(
  clock: Clock,
  call: GuardedCall,
  action: (wait: Wait) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { wait } = call;
  const stop = new AbortController();
  const over = new AbortController();
  const late = lateness(clock, call, over.signal);
  const work = action({ ...wait, signal: AbortSignal.any([wait.signal, stop.signal]) }).catch(
    (thrown: unknown) => {
      if (thrown instanceof InvariantError) throw thrown;
      return fail(failureOf(thrown));
    },
  );
  const abandoned = (async (): Promise<Failure> => {
    const reason = await Promise.race([late, aborted(wait.signal, over.signal)]);
    if (!over.signal.aborted) stop.abort();
    await clock.sleep(limits.killGraceMs, over.signal);
    return reason;
  })();
  try {
    const first = await Promise.race([work, abandoned.then((reason) => fail(reason))]);
    // What the call says of an abort that was ours is only that it was aborted.
    return stop.signal.aborted && !wait.signal.aborted && !first.ok ? fail(await late) : first;
  } finally {
    over.abort();
  }
}

/** Resolves with what is wrong once the call takes too long or nothing arrives any more. */
async function lateness(
  clock: Clock,
  { wait, signOfLife, definition }: GuardedCall,
  over: AbortSignal,
): Promise<Failure> {
  const { type } = definition.provider;
  const silenceMs = type === 's3' || type === 'http' ? limits.sourceSilenceMs : limits.sourceQuerySilenceMs;
  const beganMs = clock.monotonicMs();
  let sign: string | undefined;
  let signMs = beganMs;
  while (!over.aborted) {
    const nowMs = clock.monotonicMs();
    const leftMs = wait.timeoutMs - (nowMs - beganMs);
    if (leftMs <= 0) {
      return failure('TASK_TIMEOUT', `the ${type} source did not answer within ${wait.timeoutMs} ms`);
    }
    if (signOfLife === undefined) {
      await clock.sleep(leftMs, over);
      continue;
    }
    const next = await signOfLife().catch(() => sign);
    if (next !== sign) signMs = nowMs;
    sign = next;
    if (nowMs - signMs >= silenceMs) {
      return failure('SOURCE_UNAVAILABLE', `the ${type} source sent nothing for ${silenceMs} ms`);
    }
    await clock.sleep(Math.min(leftMs, limits.sourceSilenceLookMs), over);
  }
  return cancelled();
}

/** Resolves when the caller gives up, never when the call is over. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<Failure> {
  return new Promise((resolve) => {
    const end = (): void => resolve(cancelled());
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    over.addEventListener('abort', () => signal.removeEventListener('abort', end), { once: true });
  });
}

function cancelled(): Failure {
  return failure('TASK_CANCELLED', 'The call of the source was cancelled');
}

/** Only that it does not answer is a failure of the source: bad data is an answer, and a cancellation says nothing. */
function endOf(
  outcome: Outcome<unknown>,
  { wait, bytes }: { readonly wait: Wait; readonly bytes: number },
): CallEnd {
  if (outcome.ok) return { kind: 'answered', bytes };
  const { error } = outcome;
  const given = wait.signal.aborted ? reasonOf(wait.signal) : error;
  if (given?.code === 'TASK_TIMEOUT') return { kind: 'failed', failure: given };
  if (wait.signal.aborted || error.code === 'TASK_CANCELLED') return { kind: 'withdrawn' };
  if (error.code === 'SOURCE_UNAVAILABLE') return { kind: 'failed', failure: error };
  return { kind: 'answered', bytes };
}

/** Why the caller gave up, where it said so: the time-out of a task comes as an abort. */
function reasonOf({ reason }: AbortSignal): Failure | undefined {
  return reason instanceof FailureError ? reason.failure : undefined;
}
