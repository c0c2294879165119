import type { Command } from 'commander';
import { type CommandSet, type Session, valueOf, writeJson } from '../command-set.ts';
import { timeText } from '../views/time-text.ts';

/** `admin-link`: the way in for whoever runs the service. */
export function addAccessCommands(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'admin-link', 'make a link by which somebody becomes an administrator, once')
    .addHelpText(
      'after',
      `
Whoever opens the link chooses address and password. It needs the key of the data directory (on the machine of the
service; ASSAY_DATA names the directory), or one of an administrator. The link before is void.

Example:
  ASSAY_DATA=/var/lib/assay assay admin-link`,
    )
    .action(
      commands.run(async ({ client, io, json }: Session) => {
        const link = valueOf(await client.setupLink());
        if (json) writeJson(io, link);
        else io.out(`${link.url}\nIt works once, until ${timeText(link.expiresAt)}.\n`);
        return 0;
      }),
    );
}
