import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A script of this folder in a process of its own, to be listened to and killed. */
export class ChildScript implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly lines: string[] = [];
  readonly #exited: Promise<unknown>;
  #onLine: () => void = () => undefined;
  #isOver = false;

  constructor(
    script:
      | 'committer.ts'
      | 'lock-holder.ts'
      | 'server/opener.ts'
      | 'server/deliverer.ts'
      | 'server/channel-deliverer.ts',
    ...args: readonly string[]
  ) {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'close').then(() => {
      this.#isOver = true;
      this.#onLine();
    });
    if (this.#child.stdout === null) throw new Error('the child has an output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#onLine();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it has said `count` lines, or is over; within a minute. */
  async said(count: number): Promise<readonly string[]> {
    const patience = AbortSignal.timeout(60_000);
    while (this.lines.length < count && !this.#isOver) {
      await new Promise<void>((resolve, reject) => {
        this.#onLine = resolve;
        patience.addEventListener('abort', () =>
          reject(new Error(`the child said only ${this.lines.join()}`)),
        );
      });
    }
    return this.lines;
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** As a power cut would: none of its handlers runs. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
