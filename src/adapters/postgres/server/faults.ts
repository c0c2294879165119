import pg from 'pg';
import { type Failure, FailureError, failure } from '../../../base/errors.ts';
import { DatabaseFault } from '../database-fault.ts';

/**
 * What an error of the driver means: a `DatabaseFault` for a statement that the server refused, `DATABASE_UNAVAILABLE` for
 * a server that is away, stops, is full or was too slow, as long as that may pass.
 */
export function faultOf(error: Error): DatabaseFault | FailureError {
  if (error instanceof FailureError) return error;
  if (error instanceof pg.DatabaseError && !isPassing(error)) {
    const { message, code, detail } = error;
    return new DatabaseFault({
      message,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
    });
  }
  return new FailureError(unavailable('the database server does not answer', error));
}

/** Why no connection came about: `DATABASE_UNAVAILABLE` when it may be better soon, otherwise `DATABASE_UNREADABLE`. */
export function refusalOf(error: Error): FailureError {
  const isAway = error instanceof pg.DatabaseError ? isPassing(error) : isOfNetwork(error);
  if (isAway) return new FailureError(unavailable('the database server can not be reached', error));
  return new FailureError(
    failure('DATABASE_UNREADABLE', 'the database server refuses the connection', {
      hint: 'check user, password, name of the database and TLS parameters of the database URL',
      cause: error,
    }),
  );
}

function unavailable(what: string, cause: unknown): Failure {
  return failure('DATABASE_UNAVAILABLE', what, {
    hint: 'committed data is safe; work goes on by itself when the server is back',
    cause,
  });
}

/**
 * Whole classes: connection exceptions, insufficient resources, operator intervention (shut-down, start-up, time-out).
 * 25006: the server became a standby under an open connection; 25P03: it ended a transaction that did nothing.
 */
function isPassing({ code = '' }: pg.DatabaseError): boolean {
  return /^(08|53|57)/.test(code) || code === '25006' || code === '25P03';
}

/** After these the connection is of no use, whatever the server says: another one may lead to the new primary. */
export function endsConnection(error: Error): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return /^(08|57P)/.test(error.code ?? '') || error.code === '25006' || error.code === '25P03';
}

/** The driver gives no code to connections that ended or took too long: its texts tell them from what will not pass. */
function isOfNetwork(error: Error & { readonly syscall?: string }): boolean {
  const { syscall, message } = error;
  if (error instanceof AggregateError) return error.errors.every(isOfNetwork);
  return syscall !== undefined
    ? /^(connect|read|write|getaddrinfo)/.test(syscall)
    : /^(Connection terminated|timeout expired)/.test(message);
}
