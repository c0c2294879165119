import { workerData } from 'node:worker_threads';

/** A thread that ends its process when the one that started it is gone, also while a statement runs. */
const { parent } = workerData as { readonly parent: number };
const pollMs = 250;
const never = new Int32Array(new SharedArrayBuffer(4));
while (process.ppid === parent) Atomics.wait(never, 0, 0, pollMs);
process.kill(process.pid, 'SIGKILL');
