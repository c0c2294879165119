import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { failureOf } from '../../../base/errors.ts';
import { fail } from '../../../base/outcome.ts';
import type { FromWorker, ToWorker } from '../protocol.ts';
import { createServer } from './serve.ts';

/** A worker process: does one request of the engine after the other, and ends with the process that started it. */
const [directory] = process.argv.slice(2);
if (directory === undefined || process.send === undefined) {
  throw new Error('a worker is started by the engine, with a directory of its own');
}

// `process.exit` would wait for a query that runs.
const endNow = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable: the process was killed');
};
process.on('disconnect', endNow);
if (process.ppid === 1 && process.env['ASSAY_ENGINE_PID'] !== '1') endNow();
const watch = new Worker(new URL('./parent-watch-main.ts', import.meta.url), {
  workerData: { parent: Number(process.env['ASSAY_ENGINE_PID']) },
  env: {},
});
watch.unref();

// Out of memory, the kernel takes a worker rather than the process that supervises it.
try {
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Not on this system.
}

const send = (message: FromWorker): void => {
  process.send?.(message, undefined, {}, () => undefined);
};
const server = await createServer(directory, send);
process.on('message', (message: ToWorker) => {
  server.handle(message).catch((thrown: unknown) => {
    send({ kind: 'done', id: message.id, outcome: fail(failureOf(thrown)) });
  });
});
