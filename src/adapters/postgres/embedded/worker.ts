import { mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { columnParsers } from '../column-values.ts';
import { DurableFiles, durableParameters } from './durable-files.ts';
import { Housekeeping } from './housekeeping.ts';
import type { WireError, WireParameter, WorkerReply, WorkerRequest, WorkerStart } from './messages.ts';
import { Statements } from './statements.ts';

/**
 * The worker thread that runs PGlite, because a query blocks its thread for as long as it takes. One request after the
 * other, in the order they came.
 */
async function run(start: WorkerStart): Promise<void> {
  const complaints: string[] = [];
  try {
    const server = await openServer(start, complaints);
    if (start.task === 'initialise') await server.close();
    else serve(server);
    reply({ kind: 'ready' });
  } catch (error) {
    const { message, ...rest } = wireError(error);
    reply({ kind: 'unopened', error: { ...rest, message: [message, ...complaints].join('; ') } });
    process.exit(1);
  }
}

const complaintsMax = 20;

/** Little memory, because the system's page cache holds the files anyway, and no more log than recovery reads in a second. */
const settings = ['shared_buffers=16MB', 'min_wal_size=16MB', 'max_wal_size=64MB'];

async function openServer({ directory }: WorkerStart, complaints: string[]): Promise<PGlite> {
  mkdirSync(directory, { recursive: true });
  const server = new PGlite({
    fs: new DurableFiles(directory, endThread),
    // Small segments: the first start writes two of them, and a checkpoint is due after a few.
    initDbStartParams: ['--wal-segsize=4'],
    startParams: [
      ...durableParameters(PGlite.defaultStartParams),
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    parsers: columnParsers,
    onStderr: (line) => {
      if (complaints.length < complaintsMax) complaints.push(line);
      return true;
    },
  });
  await server.waitReady;
  return server;
}

function endThread(error: unknown): never {
  const cause = error instanceof Error ? error.message : String(error);
  reply({ kind: 'failed', error: { message: `the disk refused to make data durable: ${cause}` } });
  process.exit(1);
}

function serve(server: PGlite): void {
  const statements = new Statements(server);
  const housekeeping = new Housekeeping(server);
  // A chain, so that what arrives meanwhile waits its turn.
  let last: Promise<void> = Promise.resolve();
  port().on('message', (request: WorkerRequest) => {
    last = last
      .then(() => handle(request, { server, statements }))
      .then(() => housekeeping.afterRequest(sizeOf(request)));
  });
}

/** Roughly, in bytes. */
function sizeOf(request: WorkerRequest): number {
  if (request.kind === 'close') return 0;
  return request.statements
    .flatMap((statement) => statement.parameters)
    .reduce<number>((size, parameter) => size + lengthOf(parameter), 0);
}

function lengthOf(parameter: WireParameter): number {
  return typeof parameter === 'string' || parameter instanceof Uint8Array ? parameter.length : 8;
}

async function handle(
  request: WorkerRequest,
  { server, statements }: { readonly server: PGlite; readonly statements: Statements },
): Promise<void> {
  if (request.kind === 'close') {
    await server.close();
    port().close();
    return;
  }
  const { id } = request;
  try {
    reply({ kind: 'result', id, results: await statements.run(request.statements) });
  } catch (error) {
    reply({ kind: 'error', id, error: wireError(error) });
  }
}

function wireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, detail } = error as { readonly code?: unknown; readonly detail?: unknown };
  return {
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof detail === 'string' ? { detail } : {}),
  };
}

function reply(message: WorkerReply): void {
  port().postMessage(message);
}

function port(): NonNullable<typeof parentPort> {
  if (parentPort === null) throw new Error('this file runs as a worker thread only');
  return parentPort;
}

await run(workerData as WorkerStart);
