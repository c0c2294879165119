import type { Command } from 'commander';
import { type Failure, FailureError, failure } from '../base/errors.ts';
import type { Outcome } from '../base/outcome.ts';
import { apiKeyFor } from './client/api-key.ts';
import { Client, defaultUrl } from './client.ts';
import type { CliDependencies } from './dependencies.ts';
import type { CliIo } from './io.ts';

/** 0 pass, 1 fail, 2 warn, 3 error; 130: stopped by Ctrl-C while waiting for work that goes on. */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** What an action works with. */
export type Session = {
  readonly dependencies: CliDependencies;
  readonly io: CliIo;
  readonly client: Client;
  /** Results go out as JSON, for programs. */
  readonly json: boolean;
};

type Action<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<ExitCode>;

/** Adds commands to a program, all with the same options, errors and exit codes. */
export class CommandSet {
  readonly #dependencies: CliDependencies;
  readonly #exit: (code: number) => void;

  constructor(dependencies: CliDependencies, exit: (code: number) => void) {
    this.#dependencies = dependencies;
    this.#exit = exit;
  }

  /** A command that talks to a running service. */
  service(parent: Command, usage: string, description: string): Command {
    return this.local(parent, usage, description)
      .option('--url <url>', `address of the service (ASSAY_URL; default ${defaultUrl})`)
      .option(
        '--api-key-file <file>',
        'file with the key to use (or ASSAY_API_KEY; default: that of the data directory)',
      )
      .option('--json', 'print JSON, for programs');
  }

  /** A command that needs no service. */
  local(parent: Command, usage: string, description: string): Command {
    return parent.command(usage).description(description).enablePositionalOptions();
  }

  /** Wraps an action: its failures are told in plain words, its result becomes the exit code. */
  run<Args extends readonly unknown[]>(
    action: Action<Args>,
  ): (...given: [...Args, Command]) => Promise<void> {
    return async (...given) => {
      try {
        // Commander gives the arguments, then the options, then the command.
        const command = given.at(-1) as Command;
        this.#exit(await action(await this.#session(command), ...(given.slice(0, -1) as unknown as Args)));
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        tellFailure(this.#dependencies.io, error.failure);
        this.#exit(3);
      }
    };
  }

  async #session(command: Command): Promise<Session> {
    const { io, clock, environment } = this.#dependencies;
    const options: { url?: string; json?: boolean; apiKeyFile?: string } = command.optsWithGlobals();
    const url = options.url ?? environment['ASSAY_URL'] ?? defaultUrl;
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new FailureError(
        failure('REQUEST_INVALID', `${JSON.stringify(url)} is no address of a service`, {
          hint: `write it like ${defaultUrl}`,
          where: options.url === undefined ? 'ASSAY_URL' : '--url',
        }),
      );
    }
    const apiKey = isServiceCommand(command)
      ? await apiKeyFor(this.#dependencies, { url, file: options.apiKeyFile })
      : undefined;
    return {
      dependencies: this.#dependencies,
      io,
      client: new Client({ url, clock, apiKey }),
      json: options.json === true,
    };
  }
}

/** Others talk to no service, or to one that they start. */
function isServiceCommand(command: Command): boolean {
  return command.options.some(({ long }) => long === '--url');
}

/** The value of an outcome; a failure ends the command. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}

/** Writes a value as JSON. */
export function writeJson(io: CliIo, value: unknown): void {
  io.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Says on standard error what went wrong, where, and what to do. */
export function tellFailure(io: CliIo, error: Failure): void {
  const isNew = error.where !== undefined && !error.message.includes(error.where);
  const where = isNew ? ` (${error.where})` : '';
  io.err(`error ${error.code}: ${error.message}${where}\n`);
  const cause = error.causes?.at(-1);
  if (cause !== undefined && !error.message.includes(cause)) io.err(`  cause: ${cause}\n`);
  if (error.hint !== undefined) io.err(`  ${error.hint}\n`);
}
