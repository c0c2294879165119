/** What passes between the thread that uses the database and the worker thread that runs it. Plain data. */

/** A value as it goes to PostgreSQL. Bytes travel without being turned into text. */
export type WireParameter = string | number | bigint | boolean | null | Uint8Array;

export type WireStatement = { readonly sql: string; readonly parameters: readonly WireParameter[] };

export type WorkerRequest =
  | {
      readonly kind: 'query';
      readonly id: number;
      /** Run in one exchange, in order, until one fails: `begin` with what comes next costs one message, not two. */
      readonly statements: readonly WireStatement[];
    }
  /** Shuts the database down cleanly; the worker ends by itself afterwards. */
  | { readonly kind: 'close' };

export type WorkerReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unopened'; readonly error: WireError }
  /** The last words of a worker that can not go on. */
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'result'; readonly id: number; readonly results: readonly WireResult[] }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };

/** Rows as arrays in the order of `columns`: cheaper to pass than objects. */
export type WireResult = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly affectedRows?: number;
  /** `SELECT`, `INSERT`, `COMMIT`, `ROLLBACK` … */
  readonly command?: string;
};

/** PostgreSQL's own code (`23505`) where the server raised the error. */
export type WireError = { readonly message: string; readonly code?: string; readonly detail?: string };

export type WorkerStart = { readonly directory: string; readonly task: 'initialise' | 'serve' };
