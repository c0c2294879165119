import { systemClock } from '../../src/adapters/system/clock.ts';
import { succeed } from '../../src/base/outcome.ts';
import type { CliDependencies } from '../../src/cli/dependencies.ts';
import { runCli } from '../../src/cli/program.ts';
import { capturedIo } from './captured-io.ts';

export type CliRun = {
  readonly exitCode: number;
  readonly text: string;
  readonly errors: string;
  /** What was printed as JSON. */
  // Tests look into answers of every shape; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
};

/** Runs the real command line against a service, with what it prints captured. */
export async function runCommand(
  args: readonly string[],
  options: Partial<CliDependencies> & { readonly url?: string } = {},
): Promise<CliRun> {
  const io = capturedIo();
  const { url, ...overrides } = options;
  const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was called`));
  const exitCode = await runCli(
    {
      io,
      clock: systemClock,
      version: '0.0.0-test',
      environment: url === undefined ? {} : { ASSAY_URL: url },
      workingDirectory: '/work-directory',
      readFile: unexpected('readFile'),
      writeFile: unexpected('writeFile'),
      readKey: async () => succeed(undefined),
      onInterrupt: () => () => {},
      up: unexpected('up'),
      role: unexpected('role'),
      startCluster: unexpected('startCluster'),
      demo: unexpected('demo'),
      startChecking: unexpected('startChecking'),
      drills: new Proxy({} as CliDependencies['drills'], {
        get: (_, name) => unexpected(`drills.${String(name)}`),
      }),
      ...overrides,
    },
    args,
  );
  const text = io.text();
  return {
    exitCode,
    text,
    errors: io.errors(),
    get json() {
      return JSON.parse(text);
    },
  };
}
