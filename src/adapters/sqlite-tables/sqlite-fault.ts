import { type Failure, failure } from '../../base/errors.ts';

/** What an error of SQLite means for whoever asked. Its number is the extended one: the low byte is the kind. */
export function sqliteFault(path: string, { number, message }: { number: number; message: string }): Failure {
  const say = (code: Parameters<typeof failure>[0], what: string, hint: string): Failure =>
    failure(code, `${what} (${path})`, { hint, cause: message, where: path });
  switch (number & 0xff) {
    case 5:
    case 6:
      return say(
        'SOURCE_UNAVAILABLE',
        'The SQLite file is locked',
        'whoever writes it holds it for long; it is read again later',
      );
    case 10:
      return say(
        'SOURCE_UNAVAILABLE',
        'The SQLite file could not be read',
        'see the cause; it is read again later',
      );
    case 11:
      return say(
        'SOURCE_UNREADABLE',
        'The SQLite file is damaged',
        'run: sqlite3 FILE "pragma integrity_check", and restore a copy',
      );
    case 26:
      return say('SOURCE_UNREADABLE', 'The file is no SQLite database, or is encrypted', 'check the path');
    case 8:
      return say(
        'SOURCE_UNREADABLE',
        'The SQLite file can not be read without writing beside it',
        'a file in WAL mode needs its directory to be writable, or a checkpoint before',
      );
    case 14:
      return say(
        'SOURCE_UNREADABLE',
        'The SQLite file can not be opened',
        'check the rights of the file and of its directory',
      );
    case 18:
      return say('SOURCE_LIMIT', 'A value is too long', 'leave the column out by a query');
    default:
      return ofStatement(message, say);
  }
}

function ofStatement(
  message: string,
  say: (code: Parameters<typeof failure>[0], what: string, hint: string) => Failure,
): Failure {
  if (/no such table/.test(message))
    return say('SOURCE_NOT_FOUND', 'The file has no such table', 'check its name');
  if (/no such column/.test(message))
    return say('COLUMN_NOT_FOUND', 'The data has no such column', 'see the cause');
  return say(
    'SOURCE_UNREADABLE',
    'SQLite refuses the statement',
    'it must be one select statement; see the cause',
  );
}
