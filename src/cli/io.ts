import type { WriteStream } from 'node:tty';

/** How a command talks to people. Both writers take text as it is: callers end their lines. */
export type CliIo = {
  /** Results: standard output. */
  out(text: string): void;
  /** Progress, remarks and errors: standard error. */
  err(text: string): void;
  /** Whether progress can be redrawn in place: standard error is a terminal. */
  readonly isTty: boolean;
  /** How many columns results may be wide. */
  readonly columns: number;
  /** Whether results may carry colours. */
  readonly color: boolean;
};

/** A pipe or file has no width; this one fits reports and most terminals. */
const columnsWithoutTerminal = 120;

/**
 * The process' own streams. Colours follow `NO_COLOR`, `FORCE_COLOR` and whether standard output is a terminal; a
 * reader that goes away early (`assay … | head`) is not an error.
 */
export function terminalIo(request: {
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}): CliIo {
  const { stdout, stderr, env } = request;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTty: stderr.isTTY === true && env['TERM'] !== 'dumb',
    columns: stdout.isTTY === true ? stdout.columns : columnsWithoutTerminal,
    color: wantsColor(env, stdout.isTTY === true),
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
