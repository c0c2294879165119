import type { Command } from 'commander';
import { defaultHost, defaultPort } from '../../base/default-address.ts';
import type { CommandSet, Session } from '../command-set.ts';
import type { RoleOptions } from '../dependencies.ts';
import { exitOf } from './service-commands.ts';

type Role = RoleOptions['role'];

/** `manager`, `node`, `api` and `scheduler`: one role of a cluster in this process. */
export function addRoleCommands(program: Command, commands: CommandSet): void {
  const add = (role: Role, description: string): Command =>
    withCommonOptions(role, commands.local(program, role, description)).action(
      commands.run((session: Session, options: Omit<RoleOptions, 'role'>) =>
        exitOf(session.dependencies.role({ ...options, role })),
      ),
    );

  withCluster(add('manager', 'run a resource manager: several of a cluster stand by, one leads')).addHelpText(
    'after',
    `
Example:
  assay manager --cluster ingestion --zookeeper zk1:2181,zk2:2181,zk3:2181/assay --zone a`,
  );

  withBatches(withCluster(add('node', 'run a data node: the work of a cluster, in processes of its own')))
    .option('--slots <n>', 'tasks at once (ASSAY_SLOTS; default: the cores)')
    .option('--memory-mb <n>', 'MiB that its tasks may use (ASSAY_MEMORY_MB; default: half of the machine)')
    .option('--data <directory>', 'for scratch files (ASSAY_DATA; default: a temporary directory)')
    .addHelpText(
      'after',
      `
Example:
  assay node --cluster quality --zookeeper zk1:2181,zk2:2181,zk3:2181/assay --zone b --slots 4 --memory-mb 8192`,
    );

  withEnsemble(add('api', 'run the API of a cluster'))
    .option('--access <mode>', 'on, or off: everybody may do everything (ASSAY_ACCESS; default on)')
    .option('--data <directory>', 'for scratch files (ASSAY_DATA; default: a temporary directory)');

  // It needs no ensemble, and takes the option nevertheless: all roles may be started alike.
  withBatches(
    withEnsemble(add('scheduler', 'run periodic work, such as delivering messages: one leads')),
  ).option('--secrets-file <file>', 'file that secrets are read from (ASSAY_SECRETS_FILE)');
}

function withCommonOptions(role: Role, command: Command): Command {
  const port = role === 'api' ? String(defaultPort) : 'a free one';
  return command
    .option(
      '--database-url <url>',
      'PostgreSQL server (ASSAY_DATABASE_URL, which the list of processes hides)',
    )
    .option('--name <name>', 'for people and logs (ASSAY_NAME; default: role, cluster and host)')
    .option('--host <address>', `address to listen on (ASSAY_HOST; default ${defaultHost})`)
    .option('--port <n>', `port of health and metrics, 0 for a free one (ASSAY_PORT; default: ${port})`)
    .option('--region <name>', 'where it runs (ASSAY_REGION; default local)')
    .option('--zone <name>', 'where it runs there (ASSAY_ZONE; default local)')
    .option('--session-timeout <ms>', 'silence that ends a session (ASSAY_SESSION_TIMEOUT_MS; default 3000)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (ASSAY_LOG_LEVEL; default info)');
}

function withCluster(command: Command): Command {
  return withEnsemble(command.option('--cluster <name>', 'ingestion or quality'));
}

function withEnsemble(command: Command): Command {
  return command.option(
    '--zookeeper <servers>',
    'host:port,host:port/path (ASSAY_ZOOKEEPER; for one cluster ASSAY_ZOOKEEPER_INGESTION, _QUALITY)',
  );
}

function withBatches(command: Command): Command {
  return command.option(
    '--batches <place>',
    'postgres, s3://bucket/prefix, or directory:/path on a disk that all share (ASSAY_BATCHES; default postgres)',
  );
}
