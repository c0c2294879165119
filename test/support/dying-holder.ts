import { join } from 'node:path';
import { ChildRun } from '../../src/adapters/processes/child-run.ts';
import { LogFile } from '../../src/adapters/processes/log-file.ts';

/**
 * A process that starts `sleep` with an argument of its own and is gone at once, before or after the guard of its child
 * stands. Arguments: a directory, and the seconds to sleep.
 */
const [directory = '', seconds = ''] = process.argv.slice(2);
new ChildRun(
  { program: 'sleep', args: [seconds], directory, environment: process.env },
  new LogFile(join(directory, 'sleep.log')),
);
process.kill(process.pid, 'SIGKILL');
