import pg from 'pg';
import { type ErrorCode, type Failure, failure } from '../../base/errors.ts';
import { type Address, addressText } from './address.ts';

type Meaning = { readonly code: ErrorCode; readonly what: string; readonly hint?: string };

/** What an error of the driver or of the server means for whoever asked. No message holds the password. */
export function serverFault(address: Address, thrown: unknown): Failure {
  const where = addressText(address);
  const isOfServer = thrown instanceof pg.DatabaseError;
  const { code, what, hint } = isOfServer ? meaningOfServer(thrown) : meaningOfConnection(thrown, address);
  // Of a statement, the server knows best what is wrong.
  const detail = isOfServer && /^(?:22|42|XX)/.test(thrown.code ?? '') ? `: ${thrown.message}` : '';
  return failure(code, `${what}${detail} (${where})`, { hint, where, cause: thrown });
}

const refused: Meaning = {
  code: 'SOURCE_UNREADABLE',
  what: 'The server refuses the user or the password',
  hint: 'Check both, and that special characters of the password are percent-encoded in the address',
};
const away: Meaning = {
  code: 'SOURCE_UNAVAILABLE',
  what: 'The server does not answer',
  hint: 'Is it running, and is the address right? It is asked again later',
};

/** By the codes of the SQL standard (PostgreSQL, appendix A), which no language setting changes; the longest prefix counts. */
const meanings: Readonly<Record<string, Meaning>> = {
  '08': away,
  '22': {
    code: 'SOURCE_UNREADABLE',
    what: 'The server can not compute a value',
    hint: 'See the message of the server',
  },
  '25006': {
    code: 'SOURCE_UNREADABLE',
    what: 'The query tries to change something',
    hint: 'It runs read-only: it must be one select statement without functions that write',
  },
  '28': refused,
  '3D000': {
    code: 'SOURCE_NOT_FOUND',
    what: 'There is no such database',
    hint: 'Check the end of the address',
  },
  '3F000': {
    code: 'SOURCE_NOT_FOUND',
    what: 'There is no such schema',
    hint: 'Check the name: schema.table',
  },
  '40': { ...away, what: 'The server ended the reading because of a conflict' },
  '42': {
    code: 'SOURCE_UNREADABLE',
    what: 'The query is not valid',
    hint: 'It must be one select statement',
  },
  '42501': {
    code: 'SOURCE_UNREADABLE',
    what: 'The user may not read this',
    hint: 'Give the right: GRANT SELECT ON … TO the user, and USAGE on the schema',
  },
  '42703': {
    code: 'COLUMN_NOT_FOUND',
    what: 'The query names a column that is not there',
    hint: 'Names with upper-case letters need quotes',
  },
  '42P01': {
    code: 'SOURCE_NOT_FOUND',
    what: 'There is no such table',
    hint: 'Write schema.table; names with upper-case letters need quotes: \'sales."Orders"\'',
  },
  '53': { ...away, what: 'The server is full' },
  '55P03': { ...away, what: 'The table is locked by others' },
  '57': { ...away, what: 'The server stops or starts' },
  '57014': {
    code: 'TASK_TIMEOUT',
    what: 'A statement reached its limit of time',
    hint: 'Read smaller partitions, or create an index that serves them',
  },
  '58': { ...away, what: 'The server has trouble with its disk' },
  XX: {
    code: 'SOURCE_UNREADABLE',
    what: 'The server has an internal error',
    hint: 'See the message of the server',
  },
};

function meaningOfServer({ code = '', message }: pg.DatabaseError): Meaning {
  // Nobody told it by a code: the rules of the server do not let this address in without TLS, or at all.
  if (code === '28000' && message.includes('pg_hba.conf')) {
    return {
      code: 'SOURCE_UNREADABLE',
      what: 'The server lets nobody in from here this way',
      hint: message.includes('no encryption')
        ? 'It may ask for TLS: add ?sslmode=verify-full to the address'
        : 'Its pg_hba.conf needs a line for this user, database and machine',
    };
  }
  if (code === '42883' && message.includes('equality operator')) {
    return {
      code: 'PARTITION_COLUMN_UNFIT',
      what: 'The values of a column can not be compared',
      hint: 'Partition by another column, or cast it in a query',
    };
  }
  for (let length = code.length; length >= 2; length--) {
    const meaning = meanings[code.slice(0, length)];
    if (meaning !== undefined) return meaning;
  }
  return {
    code: 'SOURCE_UNREADABLE',
    what: 'The server refuses the statement',
    hint: 'See the message of the server',
  };
}

const certificateError = /CERT|SIGNATURE|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO/;

function meaningOfConnection(thrown: unknown, { tls }: Address): Meaning {
  const { code, message } =
    thrown instanceof Error ? (thrown as Error & { code?: unknown }) : { code: '', message: '' };
  const isOfTls = certificateError.test(String(code)) || /SSL|certificate|altnames/i.test(message);
  if (tls !== false && isOfTls) {
    return {
      code: 'SOURCE_UNREADABLE',
      what: 'The server could not be reached with TLS as asked for',
      hint: message.includes('does not support SSL')
        ? 'It has no TLS: sslmode=disable goes without'
        : "sslrootcert=… names the certificate that the server's is signed by; sslmode=no-verify asks for none",
    };
  }
  // The driver says so before it asks the server.
  if (/password must be a string|SASL/.test(message)) return refused;
  return away;
}
