import { lockDirectory } from '../../../src/adapters/postgres/embedded/directory-lock.ts';

/** A process for tests to kill: locks the directory given, says `locked` or the failure's code, and stays. */
const lock = lockDirectory(process.argv[2] ?? '');
process.stdout.write(lock.ok ? 'locked\n' : `${lock.error.code}\n`);
process.stdin.resume();
