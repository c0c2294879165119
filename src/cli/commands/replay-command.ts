import type { Command } from 'commander';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { replayHtml } from '../reports/replay/replay-html.ts';
import { replayText } from '../reports/replay/replay-text.ts';
import { isOverBudget } from '../reports/replay/replay-words.ts';
import { readTextFile, writeTextFile } from '../text-files.ts';
import { whileWaiting } from '../while-waiting.ts';

type ReplayOptions = {
  readonly policy?: string;
  readonly from?: string;
  readonly to?: string;
  readonly html?: string;
};

/** `replay`. */
export function addReplayCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'replay <dataset>', 'show on which past partitions a policy would have alerted')
    .option('--policy <file>', 'YAML with any of policy:, checks:, columns:, segments:, missing_values:')
    .option('--from <key>', 'from this partition on; what lies before is learned from')
    .option('--to <key>', 'up to this partition, inclusive')
    .option('--html <file>', 'write a report as one HTML file')
    .addHelpText(
      'after',
      `
Nothing is changed and no data are read: stored metrics are judged again, as if the policy had been in force.
What the file does not say is taken from the registered definition.

Examples:
  assay replay flights
  assay replay flights --policy strict.yaml --html replay.html
  assay replay flights --policy strict.yaml --from 2001-05 --json
Exit code: 0 within the alert budget, 2 more learned incidents than it allows, 3 error.`,
    )
    .action(commands.run(replay));
}

async function replay(session: Session, dataset: string, options: ReplayOptions): Promise<ExitCode> {
  const { io, client } = session;
  const { policy: file, html } = options;
  const policy = file === undefined ? {} : { yaml: await readTextFile(session, file), file };
  const answer = client.replay(dataset, { ...policy, from: options.from, to: options.to });
  const view = valueOf(await whileWaiting(session, `replaying ${dataset}`, answer));
  if (html !== undefined) {
    await writeTextFile(session, html, replayHtml(view));
    io.err(`wrote ${html}\n`);
  }
  if (session.json) writeJson(io, view);
  else io.out(replayText(view, { width: io.columns, color: io.color }));
  return isOverBudget(view.totals) ? 2 : 0;
}
