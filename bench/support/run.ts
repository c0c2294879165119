import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { memoryOfTree } from './process-tree.ts';

/** How one process fared: from start to exit, its whole tree's peak memory, and the last line that it printed. */
export type Run = { readonly wallMs: number; readonly peakBytes: number; readonly lastLine: string };

/** Runs a program to its end; rejects when it fails. Memory is looked at every 50 ms. */
export function run(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
    });
    let output = '';
    let peakBytes = 0;
    const { pid } = child;
    const watch = setInterval(() => {
      if (pid !== undefined) peakBytes = Math.max(peakBytes, memoryOfTree(pid));
    }, 50);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code !== 0) return reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
      return resolve({
        wallMs: performance.now() - started,
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
