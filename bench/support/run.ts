import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { lookAtTree } from './process-tree.ts';

/** How one process fared, from start to exit, with all processes that it started. */
export type Run = {
  readonly wallMs: number;
  /** Processor time: on a machine that others use as well, this says more than the time on the clock. */
  readonly processorMs: number;
  /** Memory of all at once. */
  readonly peakBytes: number;
  /** The last line that it printed. */
  readonly lastLine: string;
};

/** Often enough for a peak, and to miss little of what a process did before its end. */
const lookMs = 100;

/** Runs a program to its end; rejects when it fails. */
export function run(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
    });
    let output = '';
    let peakBytes = 0;
    const processorMs = new Map<number, number>();
    const { pid } = child;
    const watch = setInterval(() => {
      if (pid === undefined) return;
      const look = lookAtTree(pid);
      peakBytes = Math.max(peakBytes, look.memoryBytes);
      for (const [each, ms] of look.processorMs)
        processorMs.set(each, Math.max(ms, processorMs.get(each) ?? 0));
    }, lookMs);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code !== 0) return reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
      return resolve({
        wallMs: performance.now() - started,
        processorMs: processorMs.values().reduce((sum, ms) => sum + ms, 0),
        peakBytes,
        lastLine: output.trimEnd().split('\n').at(-1) ?? '',
      });
    });
  });
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
