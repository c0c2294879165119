import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { FailureError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type DefinitionChange, describeDefinitionChange } from '../../core/datasets/diff.ts';
import type { ApplyView } from '../../services/registry/registry.ts';
import {
  type CommandSet,
  type ExitCode,
  type Session,
  tellFailure,
  valueOf,
  writeJson,
} from '../command-set.ts';
import { formatNumber } from '../render/figures.ts';
import { type Style, styled } from '../render/style.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { visibleText } from '../render/text-width.ts';
import { readTextFile } from '../text-files.ts';
import { statusCell } from '../views/result-text.ts';
import { timeText } from '../views/time-text.ts';
import { wholeNumberBetween } from '../whole-number.ts';

/** `apply`, `datasets`, `partitions`, `delete`. */
export function addRegistryCommands(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'apply', 'register datasets from YAML files, or change them')
    .requiredOption('-f, --file <file...>', 'YAML files with one dataset each')
    .option('--dry-run', 'show what would change, and change nothing')
    .addHelpText(
      'after',
      `
The same file twice changes nothing. Example of a file:
  dataset: flights
  owner: ops@example.org
  provider: {type: files, path: "data/flights-*.parquet"}
  partition: {column: date, by: day}
  checks:
    - row_count: {must_be_greater_than: 0}

Examples:
  assay apply -f flights.yaml --dry-run
  assay apply -f datasets/*.yaml
Then: assay backfill flights`,
    )
    .action(commands.run(apply));

  commands
    .service(program, 'datasets', 'list the registered datasets and how they are')
    .action(commands.run(listDatasets));

  commands
    .service(program, 'partitions <dataset>', 'list the partitions of a dataset, newest first')
    .option('--limit <n>', 'how many at most', '30')
    .option('--before <partition>', 'only those before this one')
    .action(commands.run(listPartitions));

  commands
    .service(program, 'delete <dataset>', 'forget a dataset with all its history')
    .action(commands.run(removeDataset));
}

async function apply(session: Session, options: { file: string[]; dryRun?: boolean }): Promise<ExitCode> {
  const applied: ApplyView[] = [];
  let code: ExitCode = 0;
  for (const file of options.file) {
    const path = resolve(session.dependencies.workingDirectory, file);
    const outcome = await session.client.apply({
      yaml: await readTextFile(session, file),
      file,
      baseDirectory: dirname(path),
      dryRun: options.dryRun === true,
    });
    if (outcome.ok) {
      applied.push(outcome.value);
      if (!session.json) tellApplied(session, outcome.value);
      continue;
    }
    // A service that does not answer will not do so for the next file either.
    if (outcome.error.code === 'SERVICE_UNREACHABLE') throw new FailureError(outcome.error);
    tellFailure(session.io, outcome.error);
    code = 3;
  }
  if (session.json) writeJson(session.io, applied);
  return code;
}

function tellApplied({ io }: Session, view: ApplyView): void {
  const { dataset, action, dryRun, version } = view;
  const what = dryRun
    ? { created: 'would be created', changed: 'would change', unchanged: 'unchanged' }[action]
    : action;
  io.out(`${dataset}: ${what}${dryRun ? '' : ` (version ${version})`}\n`);
  // Of a new dataset everything is new: only a dry run is read for that.
  const shown = action === 'created' && !dryRun ? [] : view.changes;
  for (const change of shown) {
    io.out(`  ${styled(visibleText(describeDefinitionChange(change)), changeStyle(change), io.color)}\n`);
  }
  if (action === 'created' && !dryRun) io.err(`  next: assay backfill ${dataset}\n`);
  if (view.asksMore) {
    io.err(
      '  what is measured already was not asked this; new partitions will be, the past when it is read again\n',
    );
    io.err(`  ${dryRun ? 'then' : 'next'}: assay backfill ${dataset} --force\n`);
  }
}

function changeStyle(change: DefinitionChange): Style {
  return change.kind === 'added' ? 'good' : change.kind === 'removed' ? 'bad' : 'warning';
}

async function listDatasets(session: Session): Promise<ExitCode> {
  const { io } = session;
  const view = valueOf(await session.client.datasets({ limit: limits.pageSizeMax }));
  if (session.json) {
    writeJson(io, view);
    return 0;
  }
  if (view.datasets.length === 0) {
    io.err('no dataset is registered; begin with `assay apply -f FILE`, or see `assay demo`\n');
    return 0;
  }
  const rows = view.datasets.map(({ dataset, owner, lastPartition, incidentsOpen }): Cell[] => [
    dataset,
    lastPartition?.partition ?? '–',
    statusCell(lastPartition?.status),
    lastPartition === undefined ? '' : formatNumber(lastPartition.rowCount),
    incidentsOpen === 0 ? '' : { text: formatNumber(incidentsOpen), style: 'bad' },
    owner,
  ]);
  const columns = [
    { title: 'dataset' },
    { title: 'last partition' },
    { title: 'status' },
    { title: 'rows', align: 'right' as const },
    { title: 'incidents', align: 'right' as const },
    { title: 'owner', optional: true },
  ];
  io.out(renderTable({ columns, rows }, { width: io.columns, color: io.color }));
  return 0;
}

async function listPartitions(
  session: Session,
  dataset: string,
  options: { limit: string; before?: string },
): Promise<ExitCode> {
  const { io } = session;
  const limit = wholeNumber(options.limit, '--limit');
  const view = valueOf(await session.client.partitions(dataset, { limit, before: options.before }));
  if (session.json) {
    writeJson(io, view);
    return 0;
  }
  if (view.partitions.length === 0) {
    io.err(`${dataset} has no partition yet; begin with \`assay backfill ${dataset}\`\n`);
    return 0;
  }
  const rows = view.partitions.map((one): Cell[] => [
    one.partition,
    String(one.revision),
    formatNumber(one.rowCount),
    one.rejectedCount === 0 ? '' : { text: formatNumber(one.rejectedCount), style: 'warning' },
    statusCell(one.status),
    timeText(one.ingestedAt),
  ]);
  const columns = [
    { title: 'partition' },
    { title: 'revision', align: 'right' as const },
    { title: 'rows', align: 'right' as const },
    { title: 'rejected', align: 'right' as const },
    { title: 'status' },
    { title: 'ingested', optional: true },
  ];
  io.out(renderTable({ columns, rows }, { width: io.columns, color: io.color }));
  return 0;
}

async function removeDataset(session: Session, dataset: string): Promise<ExitCode> {
  valueOf(await session.client.remove(dataset));
  if (session.json) writeJson(session.io, { dataset, action: 'deleted' });
  else session.io.out(`${dataset}: deleted\n`);
  return 0;
}

/** The whole number of an option: `REQUEST_INVALID` naming the option. */
export function wholeNumber(text: string, option: string): number {
  return wholeNumberBetween(text, { option, min: 1, max: limits.pageSizeMax });
}
