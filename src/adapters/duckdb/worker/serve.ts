import { serialize } from 'node:v8';
import type { DuckDBInstance } from '@duckdb/node-api';
import { FailureError, failure, failureOf } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import { formatBytes } from '../../../base/units.ts';
import { evaluate } from '../../../core/checks/evaluate.ts';
import { windowValues } from '../../../core/checks/window-values.ts';
import { replayPolicy } from '../../../core/policies/replay.ts';
import { suggestChecks } from '../../../core/suggestions/suggest.ts';
import { describeSource } from '../describe.ts';
import { isOutOfMemory } from '../duckdb-fault.ts';
import { ingest } from '../ingest/ingest.ts';
import { measure } from '../measure-request.ts';
import { partitionsOf } from '../partitions-of.ts';
import type { FromWorker, ToWorker, WorkerRequest } from '../protocol.ts';
import { query } from '../sandbox/query.ts';
import { openInstance, Session } from './session.ts';

/** Answers the messages of the engine. */
export type WorkerServer = { handle(message: ToWorker): Promise<void> };

type Running = { readonly id: number; readonly session: Session; fraction: number | undefined };

/** Makes the server of a worker process that may put files into `directory`. */
export async function createServer(
  directory: string,
  send: (message: FromWorker) => void,
): Promise<WorkerServer> {
  const instance = await openInstance(directory);
  let running: Running | undefined;
  const handle = async (message: ToWorker): Promise<void> => {
    switch (message.kind) {
      case 'interrupt':
        if (running?.id === message.id) running.session.interrupt();
        return;
      case 'look': {
        if (running?.id !== message.id) return;
        const fraction = running.fraction ?? running.session.progress;
        send({ kind: 'progress', id: message.id, fraction });
        return;
      }
      case 'request': {
        const outcome = await answer(instance, message, (now) => {
          running = now;
        });
        running = undefined;
        send({ kind: 'done', id: message.id, outcome: bounded(outcome) });
      }
    }
  };
  return { handle };
}

async function answer(
  instance: DuckDBInstance,
  message: Extract<ToWorker, { kind: 'request' }>,
  begin: (running: Running) => void,
): Promise<Outcome<unknown>> {
  const { id, request, scratch } = message;
  try {
    await using session = await Session.open(instance, message);
    const running: Running = { id, session, fraction: undefined };
    begin(running);
    const note = (fraction: number): void => {
      running.fraction = fraction;
    };
    return await dispatch(session, request, { scratch, note });
  } catch (thrown) {
    return fail(foreseen(thrown));
  }
}

type Place = { readonly scratch: string; readonly note: (fraction: number) => void };

async function dispatch(session: Session, request: WorkerRequest, place: Place): Promise<Outcome<unknown>> {
  switch (request.kind) {
    case 'describe':
      return succeed(await describeSource(session, request.scan, place.scratch));
    case 'partitionsOf':
      return succeed(await partitionsOf(session, request.request, place.scratch));
    case 'ingest':
      return succeed(await ingest(session, request.request, place.scratch));
    case 'measure':
      return measure(session, request.request, place.note);
    case 'query':
      return query(session, request.request);
    case 'evaluate':
      return succeed(evaluate(request.input));
    case 'merge':
      return windowValues(request.input);
    case 'replay':
      return succeed(replayPolicy(request.input));
    case 'suggest':
      return succeed(suggestChecks(request.input));
  }
}

function foreseen(thrown: unknown): ReturnType<typeof failureOf> {
  if (!(thrown instanceof FailureError) && thrown instanceof Error && isOutOfMemory(thrown.message)) {
    return failure('MEMORY_LIMIT', 'a query needs more memory than the task may use', { cause: thrown });
  }
  return failureOf(thrown);
}

/** An answer that would swell the engine's own process is none. */
function bounded(outcome: Outcome<unknown>): Outcome<unknown> {
  if (!outcome.ok) return outcome;
  const bytes = serialize(outcome.value).byteLength;
  if (bytes <= limits.workerOutputBytesMax) return outcome;
  return fail(
    failure(
      'SOURCE_LIMIT',
      `the result is ${formatBytes(bytes)}, more than the ${formatBytes(limits.workerOutputBytesMax)} allowed`,
      { hint: 'ask for fewer columns, segments or partitions at once' },
    ),
  );
}
