import { FailureError } from '../../base/errors.ts';

/** An error that the database server raised, with PostgreSQL's own code (`23505`, `40P01`), whatever driver brought it. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault';
  readonly code: string | undefined;
  readonly detail: string | undefined;

  constructor(error: { readonly message: string; readonly code?: string; readonly detail?: string }) {
    super(error.message);
    this.code = error.code;
    this.detail = error.detail;
  }
}

/**
 * The connection was lost inside a transaction whose commit had not been sent: nothing of it stands, so that it may be run
 * again. Who does not run it again has a failure like any other.
 */
export class LostTransaction extends FailureError {}

/**
 * The connection was lost while a commit, or a statement that is a transaction by itself, had been sent: whether it stands
 * is not known. Who may do it twice, or can look what became of it, goes on; to others it is a failure like any other.
 */
export class UnknownOutcome extends FailureError {}
