import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { LogFile } from './log-file.ts';

/** What a process executes. */
export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A user without rights, for programs that refuse those of root; without meaning when this process is not root. */
  readonly isUnprivileged?: boolean;
};

/** Who owns what is run without the rights of root. */
export const nobody = 65_534;

/** Whether this process has rights that a server must not have. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** One life of a process, which ends with this one however this one ends. What it says goes into a file. */
export class ChildRun {
  /** 0 if it could not be started at all. */
  readonly pid: number;
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly #log: LogFile;
  readonly #logStart: number;
  readonly #child: ChildProcess;
  #isAlive = true;

  constructor(command: Command, log: LogFile) {
    this.#log = log;
    const descriptor = log.open();
    this.#logStart = log.length;
    try {
      const [program = '', ...args] = guarded(command);
      this.#child = spawn(program, args, {
        cwd: command.directory,
        env: { ...command.environment },
        stdio: ['ignore', descriptor, descriptor],
        // A group of its own: Ctrl-C on a terminal is for the holder, who stops its processes in order.
        detached: true,
      });
    } finally {
      closeSync(descriptor);
    }
    this.pid = this.#child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#isAlive = false;
        resolve(how);
      };
      this.#child.on('error', (error) => {
        if (this.pid === 0) end(`it could not be started: ${error.message}`);
      });
      this.#child.once('exit', (code, signal) => {
        end(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`);
      });
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** What it has written so far. */
  said(): string {
    return this.#log.since(this.#logStart);
  }

  lastLines(): string {
    return this.#log.lastLines(this.#logStart);
  }

  /** Without effect once it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.#isAlive) this.#child.kill(signal);
  }
}

/**
 * The command under a guard: the kernel kills it when this process is gone. Where that was before the guard stood, the
 * shell finds that it has another parent. Each step replaces the one before, so that the process keeps one id.
 */
function guarded({ program, args, isUnprivileged = false }: Command): string[] {
  const script = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';
  const guard = ['--pdeathsig', 'KILL', '--', 'sh', '-c', script, String(process.pid)];
  return [...unprivileged(isUnprivileged), ...guard, program, ...args];
}

/** The beginning of a command that gives up the rights of root if there are any. */
export function unprivileged(isWanted: boolean): string[] {
  const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  return ['setpriv', ...(isWanted && isRoot() ? identity : [])];
}
