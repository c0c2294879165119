import type { Kysely, Transaction } from 'kysely';
import { type Failure, FailureError } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { DatabaseFault, LostTransaction, UnknownOutcome } from './database-fault.ts';
import type { Schema } from './schema.ts';

export type Connection = Kysely<Schema>;

/** The only way to the database while a transaction is open: the outer `db` would wait for its end. */
export type Work = Transaction<Schema>;

/** Runs `work` in one transaction, again when it was the victim of a deadlock or was lost before its commit. */
export function transact<T>(db: Connection, work: (trx: Work) => Promise<T>): Promise<T> {
  return again(() => db.transaction().execute(work), isTransient);
}

/**
 * Runs work that may be done twice (it reads, or finds its own traces), again also when the connection was lost at a point
 * that leaves open whether it was done.
 */
export function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  return again(work, (error) => isTransient(error) || error instanceof UnknownOutcome);
}

/** One transaction of such work. */
export function transactRepeatedly<T>(db: Connection, work: (trx: Work) => Promise<T>): Promise<T> {
  return repeatedly(() => db.transaction().execute(work));
}

/** The same as `transact`, for work that may refuse: the failure that `refuse` threw is returned after everything was rolled back. */
export async function transactOutcome<T>(
  db: Connection,
  work: (trx: Work) => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return succeed(await transact(db, work));
  } catch (error) {
    if (error instanceof Refusal) return fail(error.failure);
    throw error;
  }
}

/** Ends a transaction of `transactOutcome` without a trace. */
export function refuse(failure: Failure): never {
  throw new Refusal(failure);
}

class Refusal extends FailureError {}

async function again<T>(work: () => Promise<T>, mayHelp: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsMax || !mayHelp(error)) throw error;
    }
  }
}

const attemptsMax = 3;

/** Deadlock detected, serialization failure. */
const transientCodes: readonly (string | undefined)[] = ['40P01', '40001'];

/** Whether the same transaction may succeed when it is run again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof LostTransaction) return true;
  return error instanceof DatabaseFault && transientCodes.includes(error.code);
}
