import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Assignment, WorkerReport } from './worker-protocol.ts';

/**
 * Has all assignments done by worker processes, each taking the next one as soon as it is free. The first failure ends
 * the work.
 */
export async function measureAll(
  assignments: readonly Assignment[],
  of: { readonly workers: number; readonly onDone: (assignment: Assignment) => void },
): Promise<void> {
  const left = [...assignments];
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: Math.min(of.workers, left.length) }, () => {
        const worker = fork(join(import.meta.dirname, 'worker-main.ts'), {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        });
        workers.push(worker);
        return untilNothingIsLeft(worker, left, of.onDone);
      }),
    );
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
  }
}

function untilNothingIsLeft(
  worker: ChildProcess,
  left: Assignment[],
  onDone: (assignment: Assignment) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Assignment | undefined;
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`a worker ended with ${code} at ${current?.stream} ${current?.key}`)),
    );
    worker.on('message', (report: WorkerReport) => {
      if (report.kind === 'failed') {
        reject(new Error(`${current?.stream} ${current?.key}: ${report.message}`));
        return;
      }
      if (current !== undefined) onDone(current);
      current = left.shift();
      if (current === undefined) resolve();
      else worker.send(current);
    });
  });
}
