import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Failure, failure } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';

/** Holds a directory for this process alone, until it is released or the process is gone. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the directory for this process: `DATA_DIRECTORY_LOCKED` with the holder's pid when it is taken, here or in
 * another process, `DATABASE_UNREADABLE` when it can not be used at all.
 *
 * The lock is the operating system's own on the file `assay.lock`, taken through SQLite because Node offers no other way.
 * The system drops it the moment that its process is gone, however it went: nobody ever has to judge whether a lock
 * that was left behind is stale, so that neither a reused pid nor two starters at once can break it, and it holds across
 * containers that share the disk. Trap: POSIX drops it as well when its own process closes any other handle of that
 * file, so nothing may ever open `assay.lock`; who holds it stands in `assay.pid`, which decides nothing.
 */
export function lockDirectory(directory: string): Outcome<DirectoryLock> {
  let handle: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    handle = new DatabaseSync(join(directory, 'assay.lock'), { timeout: 0 });
    handle.exec('begin exclusive');
    writeHolder(directory);
    return succeed(releasable(handle, directory));
  } catch (error) {
    handle?.close();
    return fail(isBusy(error) ? locked(directory) : unusable(directory, error));
  }
}

/** Every lock that is held: a handle that nobody refers to is collected, and its lock silently dropped. */
const held = new Set<DatabaseSync>();

function releasable(handle: DatabaseSync, directory: string): DirectoryLock {
  held.add(handle);
  return {
    release: () => {
      if (!held.delete(handle)) return;
      rmSync(holderPath(directory), { force: true });
      handle.close();
    },
  };
}

/** SQLITE_BUSY. */
const busy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busy;
}

function holderPath(directory: string): string {
  return join(directory, 'assay.pid');
}

function writeHolder(directory: string): void {
  const path = holderPath(directory);
  writeFileSync(`${path}.new`, `${process.pid} on ${hostname()}\n`);
  renameSync(`${path}.new`, path);
}

/** Undefined for the moment in which it was locked but not signed yet. */
function readHolder(directory: string): string | undefined {
  try {
    return readFileSync(holderPath(directory), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function locked(directory: string): Failure {
  const holder = readHolder(directory);
  const by = holder === undefined ? 'another process' : `process ${holder}`;
  return failure('DATA_DIRECTORY_LOCKED', `the data directory ${directory} is in use by ${by}`, {
    hint: 'stop that process, or choose another data directory',
    where: directory,
  });
}

function unusable(directory: string, cause: unknown): Failure {
  return failure('DATABASE_UNREADABLE', `the data directory ${directory} can not be used`, {
    hint: 'check that it is a directory on a local disk that this user may write',
    where: directory,
    cause,
  });
}
