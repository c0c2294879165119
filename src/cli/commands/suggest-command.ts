import type { Command } from 'commander';
import type { SuggestionsView } from '../../services/quality/suggestions.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { formatNumber } from '../render/figures.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { writeTextFile } from '../text-files.ts';
import { whileWaiting } from '../while-waiting.ts';

/** `suggest`. */
export function addSuggestCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'suggest <dataset>', 'write checks that the measured past speaks for')
    .option('--out <file>', 'write the YAML to this file instead of standard output')
    .addHelpText(
      'after',
      `
The YAML is the registered definition with the suggested checks, each below its evidence. Nothing is registered.

Examples:
  assay suggest flights --out flights.yaml
  assay replay flights --policy flights.yaml
  assay apply -f flights.yaml`,
    )
    .action(commands.run(suggest));
}

async function suggest(session: Session, dataset: string, options: { out?: string }): Promise<ExitCode> {
  const { io, client } = session;
  const answer = client.suggestions(dataset);
  const view = valueOf(await whileWaiting(session, `looking at ${dataset}`, answer));
  if (options.out !== undefined) await writeTextFile(session, options.out, view.yaml);
  if (session.json) writeJson(io, view);
  else if (options.out === undefined) io.out(view.yaml);
  if (!session.json) tellSuggestions(session, view);
  if (options.out !== undefined) io.err(`wrote ${options.out}\n`);
  return 0;
}

/** The summary goes to standard error, so that standard output is the file. */
function tellSuggestions({ io }: Session, view: SuggestionsView): void {
  const { dataset, suggestions, partitions, rows } = view;
  const seen = `${formatNumber(partitions)} partitions with ${formatNumber(rows)} rows`;
  if (suggestions.length === 0) {
    io.err(`${dataset}: ${seen} speak for no further check\n`);
    return;
  }
  const columns = [
    { title: 'column' },
    { title: 'check', minWidth: 20 },
    { title: 'evidence', minWidth: 16, optional: true },
  ];
  const table = suggestions.map(({ column, check, text, evidence }): Cell[] => [
    column ?? '',
    check === undefined ? { text: `(${text})`, style: 'muted' } : text,
    { text: evidence, style: 'muted' },
  ]);
  io.err(renderTable({ columns, rows: table }, { width: io.columns, color: io.color && io.isTty }));
  io.err(`${dataset}: ${formatNumber(suggestions.length)} suggestions from ${seen}\n`);
}
