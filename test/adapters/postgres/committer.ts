import { FailureError } from '../../../src/base/errors.ts';
import { jobId } from '../../../src/base/ids.ts';
import { TestWorld } from '../../conformance/database-fixtures.ts';
import { openAt } from '../../support/embedded-database.ts';

/**
 * A process for tests to kill: opens the directory given, says `open` or the failure's code, and then commits one job
 * after the other for ever, naming each on standard output once its commit has returned.
 */
const [directory = '', prefix = ''] = process.argv.slice(2);
try {
  const world = new TestWorld(await openAt(directory));
  process.stdout.write('open\n');
  for (let nth = 0; ; nth++) {
    const id = `${prefix}-${nth}`;
    await world.enqueued({ kind: 'scan' }, { id: jobId(id) });
    process.stdout.write(`${id}\n`);
  }
} catch (error) {
  process.stdout.write(error instanceof FailureError ? `${error.failure.code}\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
