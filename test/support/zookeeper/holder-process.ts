import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../eventually.ts';
import type { Ensemble } from './ensemble.ts';

type Line = Readonly<Record<string, unknown>>;

/** A member and a candidate in a process of its own. See the scripts for what it says. */
export class HolderProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];

  constructor(
    ensemble: Ensemble,
    options: {
      readonly sessionTimeoutMs: number;
      readonly id: string;
      /** By default one that holds a bare session. */
      readonly script?: 'session-holder.ts' | 'coordination-holder.ts';
      /** Behind the list of servers. */
      readonly chroot?: string;
      readonly args?: readonly string[];
    },
  ) {
    const servers = ensemble.servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const script = join(import.meta.dirname, options.script ?? 'session-holder.ts');
    const connectString = servers + (options.chroot ?? '');
    const args = [
      script,
      connectString,
      String(options.sessionTimeoutMs),
      options.id,
      ...(options.args ?? []),
    ];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#child.stdout === null) throw new Error('the output is a pipe');
    createInterface(this.#child.stdout).on('line', (line) => this.#lines.push(JSON.parse(line) as Line));
  }

  /** The first line from `from` on that has this key, with this value when one is given. */
  said(key: string, value?: unknown, from = 0): Promise<Line> {
    const fits = (line: Line) => key in line && (value === undefined || line[key] === value);
    return eventually(
      `the holder says ${key} ${JSON.stringify(value)}`,
      () => this.#lines.slice(from).find(fits),
      20_000,
    );
  }

  /** How many lines it has written, to look only behind them. */
  get lineCount(): number {
    return this.#lines.length;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
