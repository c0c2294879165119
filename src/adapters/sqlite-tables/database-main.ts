import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { limits } from '../../base/limits.ts';
import { contentMark, contentMarkAggregate } from './content-mark.ts';
import type { DatabaseAnswer, DatabaseRequest, StoredValue } from './protocol.ts';
import { writeRows } from './write-rows.ts';

/**
 * The process that reads one SQLite file, read-only, and sees it as it was when it first looked. It is a process because
 * SQLite's calls return when they are done, and nothing but its end stops them.
 */
const [path] = process.argv.slice(2);
if (path === undefined || process.send === undefined)
  throw new Error('it is started with the path of a file');

const send = (answer: DatabaseAnswer): void => {
  process.send?.(answer, undefined, {}, () => undefined);
};
// A statement that runs hears of no disconnection: a thread looks after the process that started this one.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
new Worker(new URL('./parent-watch-main.ts', import.meta.url), {
  workerData: { parent: process.ppid },
  env: {},
}).unref();

let database: DatabaseSync | undefined;
process.on('message', (request: DatabaseRequest) => {
  try {
    database ??= open(path);
    send(answer(database, request));
  } catch (error) {
    send(failed(error));
  }
});

function open(file: string): DatabaseSync {
  const opened = new DatabaseSync(file, { readOnly: true, timeout: limits.sqliteLockMs });
  // Everything is read in one transaction; the first look at a table decides what it sees.
  opened.exec('pragma query_only = true; pragma trusted_schema = false; begin');
  opened.aggregate(contentMark, contentMarkAggregate);
  return opened;
}

function answer(opened: DatabaseSync, request: DatabaseRequest): DatabaseAnswer {
  const statement = opened.prepare(request.sql);
  // What follows a first statement would be left out without a word, the predicate of the partition with it.
  if (statement.sourceSQL.length < request.sql.length) throw new Error('it is more than one statement');
  switch (request.kind) {
    case 'columns': {
      const columns = statement.columns().map(({ name, type }) => ({ name, declared: type }));
      return { kind: 'columns', columns };
    }
    case 'rows':
      return { kind: 'rows', rows: [...rowsOf(statement)] };
    case 'write': {
      const progress = (rowCount: number): void => send({ kind: 'progress', rowCount });
      return { kind: 'written', ...writeRows(request.path, rowsOf(statement), progress) };
    }
  }
}

function rowsOf(statement: StatementSync): Iterable<readonly StoredValue[]> {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  // Arrays, as was asked for: the type of the method knows only of objects.
  return statement.iterate() as Iterable<unknown> as Iterable<readonly StoredValue[]>;
}

function failed(error: unknown): DatabaseAnswer {
  const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return { kind: 'failed', number, message: error instanceof Error ? error.message : String(error) };
}
