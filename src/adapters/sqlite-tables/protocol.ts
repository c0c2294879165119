/** A value of SQLite: it has its own type, whatever its column was declared as. */
export type StoredValue = null | bigint | number | string | Uint8Array;

/** A column of a result with the type that it was declared with, if it is a column of a table. */
export type ResultColumn = { readonly name: string; readonly declared: string | null };

/** What the process of a file is asked to do, one thing after the other, all within one transaction. */
export type DatabaseRequest =
  | { readonly kind: 'columns'; readonly sql: string }
  | { readonly kind: 'rows'; readonly sql: string }
  /** Writes the rows as CSV into a new file; columns of `dates` have times that are written with `T` as with a blank. */
  | { readonly kind: 'write'; readonly sql: string; readonly path: string };

/** What it answers; an error of SQLite with its number. */
export type DatabaseAnswer =
  | { readonly kind: 'columns'; readonly columns: readonly ResultColumn[] }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly StoredValue[])[] }
  | { readonly kind: 'written'; readonly rowCount: number; readonly isLinewise: boolean }
  | { readonly kind: 'progress'; readonly rowCount: number }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string };
