import type { Command } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import { type CommandSet, type ExitCode, type Session, valueOf } from '../command-set.ts';
import { readTextFile } from '../text-files.ts';

/** `drill send`. */
export function addDrillSendCommand(drill: Command, commands: CommandSet): void {
  commands
    .service(drill, 'send', 'send the report of a drill to a service, whose page shows it')
    .argument('<file>', 'what a drill wrote with --json')
    .addHelpText(
      'after',
      `
Examples:
  assay drill send failure.json
  assay drill send recovery.json --url https://assay.example.org
Exit code: 0 it is kept, 3 it is not.`,
    )
    .action(commands.run(send));
}

async function send(session: Session, file: string): Promise<ExitCode> {
  const { io, client, json } = session;
  const report = reportOf(await readTextFile(session, file), file);
  const kept = valueOf(await client.keepDrillReport(report));
  io.out(json ? `${JSON.stringify(kept)}\n` : `kept as ${kept.id}: see Resilience on the page\n`);
  return 0;
}

/** Without its events, of which there are many thousands: the page shows what was counted of them. */
function reportOf(text: string, file: string): unknown {
  try {
    const { events: _, ...report } = JSON.parse(text) as Record<string, unknown>;
    return report;
  } catch {
    const hint = 'give the file that `assay drill … --json FILE` wrote';
    throw new FailureError(failure('REQUEST_INVALID', `${file} holds no JSON object`, { hint }));
  }
}
