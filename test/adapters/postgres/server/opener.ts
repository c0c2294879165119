import { once } from 'node:events';
import { FailureError } from '../../../../src/base/errors.ts';
import { openOnServer } from '../../../support/postgres-server.ts';

/** A process that opens the database of a URL as soon as it is told to, and says `open` or the failure's code. */
const [url = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  const database = await openOnServer(url);
  process.stdout.write('open\n');
  await database.close();
} catch (error) {
  process.stdout.write(error instanceof FailureError ? `${error.failure.code}\n` : `${String(error)}\n`);
}
process.stdin.destroy();
