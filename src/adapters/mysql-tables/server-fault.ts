import { type Failure, failure } from '../../base/errors.ts';
import { type Address, addressText } from './address.ts';

/** What an error of the driver or of the server means for whoever asked. No message holds the password. */
export function serverFault(address: Address, thrown: unknown): Failure {
  const { code = '', errno = 0, message } = faultOf(thrown);
  const where = addressText(address);
  const say = (kind: FailureKind, what: string, hint: string): Failure =>
    failure(kind, `${what} (${where})`, { hint, cause: message, where });
  const isRefusedByTls = code === withoutTls || (code === handshakeBroken && !brokenOff.test(message));
  if (isRefusedByTls) {
    return say(
      'SOURCE_UNREADABLE',
      'The server could not be reached with TLS as asked for',
      "see the cause; ssl-mode=required needs TLS alone, verify-ca needs ssl-ca=… with the certificate that the server's is signed by",
    );
  }
  const known = knownFaults.get(errno);
  if (known !== undefined)
    return say(known.kind, known.what + (known.isDetailed ? `: ${message}` : ''), known.hint);
  if (errno === 0 || awayErrors.has(errno)) {
    return say(
      'SOURCE_UNAVAILABLE',
      'The server does not answer',
      'is it running, and is the address right?',
    );
  }
  return say(
    'SOURCE_UNREADABLE',
    `The server refuses the statement: ${message}`,
    'it must be one select statement',
  );
}

type FailureKind =
  | 'SOURCE_UNREADABLE'
  | 'SOURCE_UNAVAILABLE'
  | 'SOURCE_NOT_FOUND'
  | 'SOURCE_CHANGED'
  | 'COLUMN_NOT_FOUND';
type KnownFault = {
  readonly kind: FailureKind;
  readonly what: string;
  readonly hint: string /** Whether the message tells what the server says. */;
  readonly isDetailed?: true;
};

const refused: KnownFault = {
  kind: 'SOURCE_UNREADABLE',
  what: 'The server refuses the user or the password',
  hint: 'check both, and that special characters of the password are percent-encoded',
};
const forbidden: KnownFault = {
  kind: 'SOURCE_UNREADABLE',
  what: 'The user may not read this',
  hint: 'grant the right: grant select on database.table to the user',
};
const overloaded: KnownFault = {
  kind: 'SOURCE_UNAVAILABLE',
  what: 'The server has too much to do',
  hint: 'it is asked again later; allow fewer tasks of this source at once if this goes on',
};

/** By the number of the server's error, which no language setting changes. */
const knownFaults: ReadonlyMap<number, KnownFault> = new Map([
  [1044, forbidden],
  [1045, refused],
  [1698, refused],
  [1820, { ...refused, what: 'The password has expired', hint: 'set a new one on the server' }],
  [4151, { ...refused, what: 'The account is locked', hint: 'unlock it on the server' }],
  [3118, { ...refused, what: 'The account is locked', hint: 'unlock it on the server' }],
  [
    1049,
    { kind: 'SOURCE_NOT_FOUND', what: 'There is no such database', hint: 'check the end of the address' },
  ],
  [
    1146,
    { kind: 'SOURCE_NOT_FOUND', what: 'There is no such table', hint: 'check its name: database.table' },
  ],
  [1142, forbidden],
  [1143, forbidden],
  [1227, forbidden],
  [
    1345,
    {
      kind: 'SOURCE_UNREADABLE',
      what: 'The user may not look at the plan of a view',
      hint: 'grant the right: grant show view on database.* to the user',
    },
  ],
  [
    1356,
    {
      kind: 'SOURCE_UNREADABLE',
      what: 'The view can not be read',
      hint: 'it names what is gone, or its definer lacks a right',
    },
  ],
  [
    1054,
    {
      kind: 'COLUMN_NOT_FOUND',
      what: 'The data has no such column',
      hint: 'check the query',
      isDetailed: true,
    },
  ],
  [
    1064,
    {
      kind: 'SOURCE_UNREADABLE',
      what: 'The query is not valid SQL of this server',
      hint: 'it must be one select statement',
      isDetailed: true,
    },
  ],
  [
    1792,
    {
      kind: 'SOURCE_UNREADABLE',
      what: 'The query tries to change something',
      hint: 'it runs read-only: it must be one select statement without functions that write',
    },
  ],
  [
    1060,
    {
      kind: 'SOURCE_UNREADABLE',
      what: 'Two columns of the query have the same name',
      hint: 'name each: select a.id as order_id',
      isDetailed: true,
    },
  ],
  [1412, { kind: 'SOURCE_CHANGED', what: 'The table was altered meanwhile', hint: 'it is read again' }],
  [1040, overloaded],
  [1203, overloaded],
  [1226, overloaded],
  [1205, overloaded],
  [1213, overloaded],
  // No space, or no memory.
  [1021, overloaded],
  [1037, overloaded],
  [1041, overloaded],
  [
    1129,
    {
      ...overloaded,
      what: 'The server refuses this machine after too many broken connections',
      hint: 'run FLUSH HOSTS on it',
    },
  ],
]);

/** Shutdown, connection killed, lost or broken, statement interrupted. */
const awayErrors = new Set([1053, 1077, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 2006, 2013]);

/** What the driver calls a server that has no TLS, and whatever happens in a handshake: also that it breaks off. */
const [withoutTls, handshakeBroken] = ['HANDSHAKE_NO_SSL_SUPPORT', 'HANDSHAKE_SSL_ERROR'];
const brokenOff = /ECONNRESET|EPIPE|ETIMEDOUT|disconnected/;

/** Statements that ran into the limit of time that their session has: `max_statement_time` and `max_execution_time`. */
const timeLimitErrors = new Set([1969, 3024]);

/** Whether the server itself ended a statement at the limit of time. */
export function isTimeLimit(thrown: unknown): boolean {
  return timeLimitErrors.has(faultOf(thrown).errno ?? 0);
}

/** Whether a server has no TLS at all. */
export function isWithoutTls(thrown: unknown): boolean {
  return faultOf(thrown).code === withoutTls;
}

type Fault = { readonly code?: string; readonly errno?: number; readonly message: string };

function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const errno =
    'errno' in thrown && typeof thrown.errno === 'number' && thrown.errno > 0 ? thrown.errno : undefined;
  return {
    message: thrown.message === '' ? (code ?? thrown.name) : thrown.message,
    ...(code === undefined ? {} : { code }),
    ...(errno === undefined ? {} : { errno }),
  };
}
