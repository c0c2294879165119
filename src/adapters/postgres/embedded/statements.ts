import { type messages, type PGlite, protocol } from '@electric-sql/pglite';
import { columnParsers } from '../column-values.ts';
import { numberText } from '../json.ts';
import type { WireParameter, WireResult, WireStatement } from './messages.ts';

const { serialize } = protocol;

/**
 * Runs statements over PostgreSQL's wire protocol, several in one exchange. PGlite's own `query` enters WebAssembly six
 * times for each and parses it anew; here a statement that comes again is parsed once and planned a few times.
 */
export class Statements {
  readonly #server: PGlite;
  /** By their text, the least recently used first; undefined: seen once, not prepared yet. */
  readonly #names = new Map<string, string | undefined>();
  #dropped: string[] = [];
  #nextName = 1;

  constructor(server: PGlite) {
    this.#server = server;
  }

  /** Runs them in order until one fails, and answers with a result each. Throws the server's error. */
  async run(statements: readonly WireStatement[]): Promise<WireResult[]> {
    const dropped = this.#dropped.map((name) => serialize.close({ type: 'S', name }));
    this.#dropped = [];
    const parts = statements.flatMap((statement) => this.#messagesOf(statement));
    try {
      const answer = await this.#server.execProtocolStream(
        Buffer.concat([...dropped, ...parts, serialize.sync()]),
        { syncToFs: false },
      );
      const results = resultsOf(answer);
      if (results.length < statements.length) throw new Error('the database left a statement unanswered');
      return results;
    } catch (error) {
      // Whether those of this exchange were prepared is unknown, and one may have failed for its outdated plan.
      for (const { sql } of statements) this.#drop(sql);
      throw error;
    }
  }

  #messagesOf({ sql, parameters }: WireStatement): Uint8Array[] {
    const { name, isNew } = this.#prepare(sql);
    return [
      ...(isNew ? [serialize.parse({ name, text: sql })] : []),
      serialize.bind({ statement: name, values: parameters.map(textOf) }),
      serialize.describe({ type: 'P' }),
      serialize.execute(),
    ];
  }

  /** The name of the prepared statement, empty for one that is seen for the first time and may never come again. */
  #prepare(sql: string): { readonly name: string; readonly isNew: boolean } {
    const isKnown = this.#names.has(sql);
    const known = this.#names.get(sql);
    const name = known ?? (isKnown ? `s${this.#nextName++}` : undefined);
    this.#names.delete(sql);
    this.#names.set(sql, name);
    const [oldest] = this.#names.keys();
    if (this.#names.size > statementsMax && oldest !== undefined) this.#drop(oldest);
    return { name: name ?? '', isNew: known === undefined };
  }

  #drop(sql: string): void {
    const name = this.#names.get(sql);
    this.#names.delete(sql);
    if (name !== undefined) this.#dropped.push(name);
  }
}

/** More than the stores have; each takes some ten kilobytes. */
const statementsMax = 200;

/** PostgreSQL finds out the type by itself. Bytes go as they are, all else as text. */
function textOf(parameter: WireParameter): string | Uint8Array | null {
  if (parameter === null || parameter instanceof Uint8Array) return parameter;
  return typeof parameter === 'number' ? numberText(parameter) : String(parameter);
}

function resultsOf(answer: readonly messages.BackendMessage[]): WireResult[] {
  const results: WireResult[] = [];
  let columns: readonly Column[] = [];
  let rows: unknown[][] = [];
  for (const message of answer) {
    if (isOf<messages.RowDescriptionMessage>(message, 'rowDescription')) {
      columns = message.fields.map(columnOf);
    } else if (isOf<messages.DataRowMessage>(message, 'dataRow')) {
      rows.push(message.fields.map((text, at) => valueOf(text, columns[at])));
    } else if (isOf<messages.CommandCompleteMessage>(message, 'commandComplete')) {
      results.push({ columns: columns.map(({ name }) => name), rows, ...tagOf(message.text) });
      columns = [];
      rows = [];
    }
  }
  return results;
}

type Column = { readonly name: string; readonly parse: ((text: string) => unknown) | undefined };

function columnOf({ name, dataTypeID }: messages.Field): Column {
  return { name, parse: columnParsers[dataTypeID] };
}

function valueOf(text: string | null, column: Column | undefined): unknown {
  return text === null || column?.parse === undefined ? text : column.parse(text);
}

/** `INSERT 0 5`, `UPDATE 5`, `COMMIT` … */
function tagOf(tag: string): Pick<WireResult, 'command' | 'affectedRows'> {
  const [command = ''] = tag.split(' ');
  const isChange = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE';
  return { command, ...(isChange ? { affectedRows: Number(tag.slice(tag.lastIndexOf(' ') + 1)) } : {}) };
}

function isOf<Message extends messages.BackendMessage>(
  message: messages.BackendMessage,
  name: Message['name'],
): message is Message {
  return message.name === name;
}
