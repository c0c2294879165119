import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { Client } from '../../src/cli/client.ts';

const root = join(import.meta.dirname, '../..');

/** A real service in a process of its own. */
export type ServiceProcess = {
  readonly child: ChildProcess;
  readonly url: string;
  readonly client: Client;
  /** Everything that it wrote to standard error so far. */
  log(): string;
  /** Ends it as a person would; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
};

/** Starts the program with `args`, without waiting for anything. */
export function spawnAssay(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [join(root, 'src/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '8', NO_COLOR: '1', ASSAY_ACCESS: 'off', ...env },
  });
}

/** Starts `assay up` on `dataDirectory` and a free port, and waits until it says where it listens. */
export async function startService(
  dataDirectory: string,
  env: Readonly<Record<string, string>> = {},
  logLevel = 'warn',
): Promise<ServiceProcess> {
  const child = spawnAssay(['up', '--data', dataDirectory, '--port', '0', '--log-level', logLevel], env);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const url = await listeningUrl(child, () => log);
  return {
    child,
    url,
    client: new Client({ url, clock: systemClock }),
    log: () => log,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

/** Runs the program to its end; what it wrote and its exit code. */
export async function runAssay(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawnAssay(args, env);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

function listeningUrl(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      const url = /runs at (http:\S+);/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code, signal) => {
      reject(new Error(`the service ended with ${code ?? signal} before it listened: ${log()}`));
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  const [code] = await ended;
  return code;
}
