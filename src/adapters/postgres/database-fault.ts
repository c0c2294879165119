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
