import { failure } from '../base/errors.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';

/** `process.env`, or what stands for it in a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** A whole number from `min` to `max`; `fallback` when nothing was given. */
export function wholeNumber(
  what: string,
  given: string | number | undefined,
  bounds: { readonly fallback: number; readonly min?: number; readonly max: number },
): Outcome<number> {
  const { fallback, min = 0, max } = bounds;
  if (given === undefined) return succeed(fallback);
  const number = typeof given === 'number' ? given : /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return succeed(number);
  return invalid(what, `a whole number from ${min} to ${max}`);
}

export function logLevel(given: string | undefined): Outcome<LogLevel> {
  const level = given ?? 'info';
  return isLogLevel(level) ? succeed(level) : invalid('log level', `one of ${logLevels.join(', ')}`);
}

/** The URL of a PostgreSQL database. It may hold a password: it is never part of a message. */
export function databaseUrl(given: string): Outcome<string> {
  if (isDatabaseUrl(given)) return succeed(given);
  return invalid(
    'database URL',
    'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %-encoded special characters',
  );
}

/** The failure that names a setting and says what it must be. */
export function invalid(what: string, right: string, hint?: string): Outcome<never> {
  return fail(failure('REQUEST_INVALID', `the ${what} is not valid: it must be ${right}`, { hint }));
}

/** With a host and the name of a database, or a database and a directory of sockets (`postgres:///assay?host=/run/postgresql`). */
function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) return false;
  return url.pathname.length > 1 && (url.hostname !== '' || url.searchParams.has('host'));
}

function isLogLevel(text: string): text is LogLevel {
  return logLevels.includes(text);
}
