import { workerData } from 'node:worker_threads';

/**
 * A thread of a worker process that ends the process when its parent is gone. The main thread hears of that as well, by
 * its channel, but not while it computes; and a query that runs would keep an ordinary exit waiting.
 */
const { parent } = workerData as { readonly parent: number };
const pollMs = 250;
const never = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === parent) Atomics.wait(never, 0, 0, pollMs);
process.kill(process.pid, 'SIGKILL');
