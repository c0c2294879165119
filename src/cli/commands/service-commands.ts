import type { Command } from 'commander';
import { defaultHost, defaultPort } from '../../base/default-address.ts';
import type { CommandSet, ExitCode, Session } from '../command-set.ts';
import type { ClusterOptions, DemoOptions, UpOptions } from '../dependencies.ts';
import { upCluster } from './up-cluster.ts';

/** `up` and `demo`: the service in this process. */
export function addServiceCommands(program: Command, commands: CommandSet): void {
  withServiceOptions(commands.local(program, 'up', 'run the whole service in this process, until Ctrl-C'))
    .option('--database-url <url>', 'PostgreSQL server instead of the embedded database (ASSAY_DATABASE_URL)')
    .option(
      '--cluster-of <n>',
      'a whole cluster of processes instead, with n data nodes for each kind of work',
    )
    .option('--zones <names>', 'zones of that cluster (default a,b,c)')
    .option('--slots <n>', 'tasks at once of each of its nodes (default 2)')
    .addHelpText(
      'after',
      `
Everything is kept in the data directory; one service at a time uses it. It listens on this machine only, unless --host
says otherwise. People sign in; the first start prints a link for the first administrator.

Examples:
  assay up
  assay up --data /var/lib/assay --port 8080
  assay up --cluster-of 3 --data ./cluster`,
    )
    .action(
      commands.run((session: Session, options: UpOptions | ClusterOptions) =>
        'clusterOf' in options ? upCluster(session, options) : exitOf(session.dependencies.up(options)),
      ),
    );

  withServiceOptions(
    commands.local(program, 'demo', 'see in a minute what Assay does: a backfill, a bad day, its alert'),
  )
    .option('--once', 'stop after the demonstration instead of serving on')
    .option('--json', 'print JSON, for programs')
    .action(
      commands.run((session: Session, options: UpOptions & { once?: boolean; json?: boolean }) => {
        const demo: DemoOptions = { ...options, once: options.once === true, json: options.json === true };
        return exitOf(session.dependencies.demo(demo));
      }),
    );
}

function withServiceOptions(command: Command): Command {
  return command
    .option('--data <directory>', 'where everything is kept (ASSAY_DATA; default ./assay-data)')
    .option('--host <address>', `address to listen on (ASSAY_HOST; default ${defaultHost})`)
    .option('--port <n>', `port to listen on, 0 for a free one (ASSAY_PORT; default ${defaultPort})`)
    .option('--workers <n>', 'worker processes that compute at once (ASSAY_WORKERS; default: the cores)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (ASSAY_LOG_LEVEL; default info)')
    .option('--secrets-file <file>', 'file that secrets are read from (ASSAY_SECRETS_FILE)')
    .option('--access <mode>', 'on, or off: everybody may do everything (ASSAY_ACCESS; default on)');
}

/** The exit code of a process that ran in this one. */
export async function exitOf(code: Promise<number>): Promise<ExitCode> {
  const number = await code;
  return number === 0 || number === 1 || number === 2 || number === 130 ? number : 3;
}
