import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import { MiB } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Engine, EngineOptions } from '../../ports/engine.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { removeLeftovers } from './pool/leftovers.ts';
import { superviseRequest } from './pool/supervised-request.ts';
import { WorkerPool } from './pool/worker-pool.ts';
import type { WorkerRequest } from './protocol.ts';

export type DuckdbEngineOptions = {
  /** Requests that run at once; further ones wait for a free worker within their own time-out. */
  readonly workersMax: number;
  /** For files on their way and for spilling. Several engines of one machine may share it. */
  readonly scratchDirectory: string;
  /** Threads of a worker with enough memory for them; by default as many as there are processors, at most 4. */
  readonly threadsMax?: number;
};

type Kit = {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly telemetry: Telemetry;
};

const threadsMaxDefault = 4;
/** Each thread of DuckDB needs buffers of its own. */
const memoryMbPerThread = 256;
/** Below this, threads cost more processor time than one thread does, and other requests use the other processors. */
const sharedSourceBytesMin = 64 * MiB;

/** Makes the engine of DuckDB worker processes. None is started before the first request. */
export function createEngine(kit: Kit, options: DuckdbEngineOptions): Engine {
  mkdirSync(options.scratchDirectory, { recursive: true });
  removeLeftovers(options.scratchDirectory);
  const pool = new WorkerPool(kit.clock, options);
  const threadsMax = options.threadsMax ?? Math.min(threadsMaxDefault, availableParallelism());
  let requests = 0;
  const ask = async <T>(request: WorkerRequest, limited: EngineOptions): Promise<Outcome<T>> => {
    const id = ++requests;
    const { signal, timeoutMs, memoryMb, onProgress } = limited;
    const threadsOfMemory = Math.max(1, Math.min(threadsMax, Math.floor(memoryMb / memoryMbPerThread)));
    const threads = mustRepeat(request) || bytesOf(request) < sharedSourceBytesMin ? 1 : threadsOfMemory;
    const outcome = await superviseRequest(
      { clock: kit.clock, telemetry: kit.telemetry, pool },
      { id, request, threads, memoryMb, timeoutMs, signal, onProgress },
    );
    if (!outcome.ok) {
      kit.log.debug('the engine could not answer', { request: request.kind, failure: outcome.error });
    }
    return outcome as Outcome<T>;
  };
  return {
    describe: (scan, wait) => ask({ kind: 'describe', scan }, { ...wait, memoryMb: limits.ingestMemoryMb }),
    partitionsOf: (request, wait) =>
      ask({ kind: 'partitionsOf', request }, { ...wait, memoryMb: limits.ingestMemoryMb }),
    ingest: (request, limited) => ask({ kind: 'ingest', request }, limited),
    measure: (request, limited) => ask({ kind: 'measure', request }, limited),
    query: (request, limited) => ask({ kind: 'query', request }, limited),
    evaluate: (input, limited) => ask({ kind: 'evaluate', input }, limited),
    merge: (input, limited) => ask({ kind: 'merge', input }, limited),
    replay: (input, limited) => ask({ kind: 'replay', input }, limited),
    suggest: (input, limited) => ask({ kind: 'suggest', input }, limited),
    close: () => pool.close(),
  };
}

/**
 * Threads add the parts of a sum in the order in which they happen to end, and the last bits of a double show it. A batch
 * that is measured again, after a crash, must give the same bits; other batches use the other processors. The same holds
 * for a user's statement.
 */
function mustRepeat(request: WorkerRequest): boolean {
  switch (request.kind) {
    case 'measure':
      return request.request.source.kind === 'batch';
    case 'query':
      return 'sql' in request.request.query;
    default:
      return false;
  }
}

/** The size of the files that a request reads all of; of one that reads none, infinite. */
function bytesOf(request: WorkerRequest): number {
  switch (request.kind) {
    case 'describe':
      return totalBytes(request.scan.files);
    case 'partitionsOf':
    case 'ingest':
      return totalBytes(request.request.scan.files);
    case 'measure': {
      const { source } = request.request;
      if (source.kind === 'batch') return Number.POSITIVE_INFINITY;
      return totalBytes(source.kind === 'scan' ? source.scan.files : source.batches);
    }
    case 'query':
    case 'evaluate':
    case 'merge':
    case 'replay':
    case 'suggest':
      return Number.POSITIVE_INFINITY;
  }
}

function totalBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes, 0);
}
