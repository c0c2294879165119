import type { CompiledQuery, DatabaseConnection, QueryResult, TransactionSettings } from 'kysely';
import type { PoolClient } from 'pg';
import { assert, unreachable } from '../../../base/assert.ts';
import { type Failure, FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { type DatabaseFault, LostTransaction, UnknownOutcome } from '../database-fault.ts';
import { numberText } from '../json.ts';
import { preparedMark } from '../prepared.ts';
import { encodeText } from '../safe-text.ts';
import { CopiedBytes } from './copied-bytes.ts';
import { endsConnection, faultOf } from './faults.ts';

/** A connection that one caller has for itself, until it is released. */
export class ServerConnection implements DatabaseConnection {
  readonly #client: PoolClient;
  #isBroken = false;
  /** Whatever is lost now was never committed. */
  #isUncommitted = false;
  #fault: DatabaseFault | FailureError | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** What went wrong last, so that a victim of a deadlock can be told from others. */
  get fault(): DatabaseFault | FailureError | undefined {
    return this.#fault;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rows, rowCount } = await this.#send(query.sql, query.parameters.map(parameterOf));
    const isChange = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
    return {
      rows: rows as Row[],
      ...(isChange ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}),
    };
  }

  /** The bytes of each row of a `copy (select …) to stdout (format binary)` of one `bytea` column, all in memory. */
  copyBytes(statement: string): Promise<readonly Uint8Array[]> {
    return this.#translated(() => this.#client.query(new CopiedBytes(statement)).finished());
  }

  async begin({ isolationLevel }: TransactionSettings): Promise<void> {
    this.#isUncommitted = true;
    await this.#send(isolationLevel === undefined ? 'begin' : `begin isolation level ${isolationLevel}`);
  }

  /**
   * Throws `DATABASE_UNAVAILABLE` also when the connection ended meanwhile: whether the transaction stands is unknown then.
   * What is repeated finds out by its own key: the fence of a task, the id of a job or of a message.
   */
  async commit(): Promise<void> {
    this.#isUncommitted = false;
    const { command } = await this.#send('commit').catch((error: unknown) => {
      if (!(error instanceof UnknownOutcome)) throw error;
      throw new UnknownOutcome({ ...error.failure, message: 'the database server was lost during a commit' });
    });
    if (command !== 'ROLLBACK') return;
    throw new FailureError(
      failure('INTERNAL', 'a transaction was committed after one of its statements had failed'),
    );
  }

  /** A lost connection needs none: the server rolls back by itself. */
  async rollback(): Promise<void> {
    if (this.#isBroken) return;
    await this.#send('rollback');
    this.#isUncommitted = false;
  }

  /** Gives it back to the pool, or takes it out when it is of no use any more. */
  release(): void {
    this.#client.release(this.#isBroken);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('the database is not streamed: read in pages');
  }

  #send(sql: string, values: readonly WireValue[] = []): Promise<Answer> {
    const name = preparedName(sql);
    const query = { text: sql, values: [...values], ...(name === undefined ? {} : { name }) };
    return this.#translated(() => this.#client.query(query));
  }

  async #translated<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#isBroken ||= endsConnection(error);
      const fault = faultOf(error);
      this.#fault = this.#isBroken && fault instanceof FailureError ? this.#loss(fault.failure) : fault;
      throw this.#fault;
    }
  }

  #loss(failure: Failure): FailureError {
    return this.#isUncommitted ? new LostTransaction(failure) : new UnknownOutcome(failure);
  }
}

/** The driver prepares a statement that has a name, once on each connection. */
const preparedNames = new Map<string, string>();

function preparedName(sql: string): string | undefined {
  const known = preparedNames.get(sql);
  if (known !== undefined || !sql.includes(preparedMark)) return known;
  assert(preparedNames.size < limits.preparedStatementsMax, 'prepared statements have few and fixed texts');
  const name = `assay_${preparedNames.size}`;
  preparedNames.set(sql, name);
  return name;
}

type Answer = {
  readonly command: string;
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
};

type WireValue = string | Uint8Array | null;

/** PostgreSQL finds out the type by itself. Bytes go as they are, all else as text. */
function parameterOf(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'number':
      return numberText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value instanceof Uint8Array) return value;
      return unreachable(value as never);
  }
}
