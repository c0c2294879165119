import type { ServerCode } from './protocol.ts';

/**
 * Why an operation failed.
 *
 * - `rejected`: a server answered with an error; nothing was changed. For a multi, `index` is the operation that failed.
 * - `lost`: there was no answer. `ambiguous` says whether the operation may have been, or may yet be, applied: look before
 *   it is tried again. An operation that only reads, or that was never sent, is not ambiguous.
 * - `unsent`: the client itself refused it; no server has seen it.
 */
export type ZooKeeperError =
  | {
      readonly kind: 'rejected';
      readonly code: ServerCode;
      readonly ambiguous: false;
      readonly index?: number;
      readonly message: string;
    }
  | {
      readonly kind: 'lost';
      readonly code: LostCode;
      readonly ambiguous: boolean;
      readonly message: string;
    }
  | {
      readonly kind: 'unsent';
      readonly code: UnsentCode;
      readonly ambiguous: false;
      readonly message: string;
    };

/**
 * `CONNECTION_LOSS`: the connection ended while it was on its way · `OPERATION_TIMEOUT`: its deadline passed ·
 * `REPLY_TOO_LARGE`: it was answered, by more than the client takes.
 */
type LostCode = 'CONNECTION_LOSS' | 'OPERATION_TIMEOUT' | 'REPLY_TOO_LARGE';

/**
 * `NOT_CONNECTED`: the session is suspended · `SESSION_EXPIRED`, `CLOSED`: this client is at its end ·
 * `REQUEST_TOO_LARGE`: the server would drop the connection · `TOO_MANY`: too many operations are on their way ·
 * `INVALID`: a path or argument can not be right.
 */
type UnsentCode =
  | 'NOT_CONNECTED'
  | 'SESSION_EXPIRED'
  | 'CLOSED'
  | 'REQUEST_TOO_LARGE'
  | 'TOO_MANY'
  | 'INVALID';

/** The client refused an operation. */
export function unsent(code: UnsentCode, message: string): ZooKeeperError {
  return { kind: 'unsent', code, ambiguous: false, message };
}

/** An operation has no answer. */
export function lost(code: LostCode, ambiguous: boolean, message: string): ZooKeeperError {
  return { kind: 'lost', code, ambiguous, message };
}

/** A server refused an operation, or the operation of a multi at `index`. */
export function rejected(code: ServerCode, message: string, index?: number): ZooKeeperError {
  return { kind: 'rejected', code, ambiguous: false, message, ...(index === undefined ? {} : { index }) };
}
