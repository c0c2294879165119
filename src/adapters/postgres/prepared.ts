import { sql } from 'kysely';

/** What marks the text of a statement. */
export const preparedMark = '/* prepared */';

/**
 * Stands in a statement that is run again and again with the same text, and whose columns no migration changes: a server
 * plans it once for each connection, which is most of the work of a small commit.
 */
export const prepared = sql.raw(preparedMark);
