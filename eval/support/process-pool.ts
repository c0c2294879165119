import { type ChildProcess, fork } from 'node:child_process';

/** What a worker process says: that it is free, with the result of what it was given before. */
export type WorkerReport<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly message: string };

/** What to run, and where. */
export type PoolRequest<Task, Result> = {
  /** The file of the worker process, which calls `serveTasks`. */
  readonly file: string;
  readonly tasks: readonly Task[];
  readonly workers: number;
  readonly onDone?: (task: Task, result: Result) => void;
};

/**
 * Has all tasks done by worker processes, each taking the next one as soon as it is free. Returns the results in the
 * order of the tasks. The first failure ends the work.
 */
export async function runInProcesses<Task extends object, Result>(
  request: PoolRequest<Task, Result>,
): Promise<Result[]> {
  const left = [...request.tasks.entries()];
  const results = new Map<number, Result>();
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: Math.min(request.workers, left.length) }, () => {
        const worker = fork(request.file, {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
          serialization: 'advanced',
        });
        workers.push(worker);
        return untilNothingIsLeft(worker, left, (at, task, result: Result) => {
          results.set(at, result);
          request.onDone?.(task, result);
        });
      }),
    );
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
  }
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

function untilNothingIsLeft<Task extends object, Result>(
  worker: ChildProcess,
  left: [number, Task][],
  onDone: (at: number, task: Task, result: Result) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: [number, Task] | undefined;
    const about = (): string => JSON.stringify(current?.[1] ?? 'its start');
    worker.on('error', reject);
    worker.on('exit', (code, signal) =>
      reject(new Error(`a worker ended (${code ?? signal}) at ${about()}`)),
    );
    worker.on('message', (report: WorkerReport<Result>) => {
      if (report.kind === 'failed') {
        reject(new Error(`${about()}: ${report.message}`));
        return;
      }
      if (report.kind === 'done' && current !== undefined) onDone(...current, report.result);
      current = left.shift();
      if (current === undefined) resolve();
      else worker.send(current[1]);
    });
  });
}

/** Makes this process a worker: it does one task after the other, and ends with the process that started it. */
export function serveTasks<Task, Result>(work: (task: Task) => Result | Promise<Result>): void {
  const report = (message: WorkerReport<Result>): void => void process.send?.(message);
  const answer = async (task: Task): Promise<void> => {
    try {
      report({ kind: 'done', result: await work(task) });
    } catch (error) {
      report({
        kind: 'failed',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  };
  process.on('disconnect', () => process.exit(0));
  process.on('message', (task: Task) => void answer(task));
  report({ kind: 'ready' });
}
