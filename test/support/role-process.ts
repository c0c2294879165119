import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { spawnAssay } from './service-process.ts';

const patienceMs = 60_000;

/** A role of a cluster in a process of its own. It is killed when it is disposed. */
export type RoleProcess = AsyncDisposable & {
  readonly child: ChildProcess;
  /** Everything that it wrote to standard error so far. */
  log(): string;
  /** Where it answers for its health, from its start on. */
  healthUrl(): Promise<string>;
  /** Waits until it says that it does its work. */
  ready(): Promise<void>;
  /** Sends a signal; resolves with the exit code, which a signal that ended it has none of. */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

/** Starts `assay <args>` without waiting for anything. */
export function startRole(args: readonly string[], env: Readonly<Record<string, string>>): RoleProcess {
  const child = spawnAssay([...args, '--log-level', 'info'], env);
  let [out, log] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const mustLive = (): void => {
    if (child.exitCode !== null) throw new Error(`the role has ended with ${child.exitCode}: ${log}`);
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return {
    child,
    log: () => log,
    healthUrl: () =>
      eventually(
        'it says where it answers for its health',
        () => {
          mustLive();
          return /"url":"(http:[^"]+)","message":"answers for its health"/.exec(log)?.[1];
        },
        patienceMs,
      ),
    ready: async () => {
      await eventually(
        'it is ready',
        () => {
          mustLive();
          return / runs at http:/.test(out);
        },
        patienceMs,
      );
    },
    end,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
    },
  };
}
