import type { Command } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { worstStatus } from '../../core/checks/status.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { renderFailedRows } from '../render/failed-rows.ts';
import { exitCodeOf } from '../views/result-text.ts';
import { plotPartitions, resultsText, unansweredText } from '../views/results-text.ts';
import { wholeNumber } from './registry-commands.ts';

type ResultsOptions = {
  readonly partition?: string;
  readonly status?: string[];
  readonly check?: string;
  readonly all?: boolean;
  readonly limit: string;
};

/** Failed rows of each check; `assay explain` shows all that were kept. */
const rowsShown = 10;

/** `results`. */
export function addResultsCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'results <dataset>', 'show the verdicts on a partition, the worst first')
    .option('--partition <key>', 'this partition (default: the newest)')
    .option('--status <status...>', 'only these: pass, warn, fail, error, not_evaluated')
    .option('--check <key>', 'only this check, such as delay.null_percent')
    .option('--all', 'all partitions, newest first')
    .option('--limit <n>', 'how many results at most', '200')
    .addHelpText(
      'after',
      `
Columns: the value, the bounds it must keep (a band is learned from history), the verdict, the last ${plotPartitions} values.

Examples:
  assay results flights
  assay results flights --partition 2001-03-04 --status fail warn
  assay results flights --check delay.avg --all
  assay explain flights 2001-03-04 delay.avg
Exit code: 0 pass, 1 fail, 2 warn, 3 error: the worst of what is shown.`,
    )
    .action(commands.run(showResults));
}

async function showResults(session: Session, dataset: string, options: ResultsOptions): Promise<ExitCode> {
  const view = valueOf(
    await session.client.results(dataset, {
      partition: options.partition,
      latest: options.partition === undefined && options.all !== true ? true : undefined,
      check: options.check,
      status: options.status === undefined ? undefined : statusList(options.status),
      limit: wholeNumber(options.limit, '--limit'),
      history: plotPartitions,
    }),
  );
  const statuses = view.results.map(({ status }) => status);
  if (session.json) writeJson(session.io, view);
  else if (view.results.length === 0) tellNothing(session, dataset, options);
  else {
    session.io.out(resultsText(view, session.io));
    session.io.out(await failedRowsText(session, view.results));
    session.io.err(unansweredText(dataset, view));
  }
  return exitCodeOf(worstStatus(statuses));
}

/** Rows that should not exist, where checks of one partition found some. */
async function failedRowsText({ client, io }: Session, results: readonly Result[]): Promise<string> {
  const found = results.filter(({ metric, value = 0 }) => metric.startsWith('failed_rows(') && value > 0);
  const [first] = found;
  if (first === undefined || results.some(({ revision }) => revision.partition !== first.revision.partition))
    return '';
  const details = valueOf(await client.details(first.revision.dataset, first.revision.partition));
  const shown = new Set(found.map(({ metric }) => metric));
  const samples = details.failedRows.filter(({ metric }) => shown.has(metric));
  return renderFailedRows(samples, { width: io.columns, color: io.color, rowsMax: rowsShown });
}

function tellNothing({ io }: Session, dataset: string, options: ResultsOptions): void {
  const isFiltered = [options.partition, options.status, options.check].some((one) => one !== undefined);
  io.err(
    isFiltered
      ? `${dataset} has no result that fits\n`
      : `${dataset} has no results yet; begin with \`assay backfill ${dataset}\` or \`assay scan ${dataset}\`\n`,
  );
}

const statusWords: readonly string[] = [
  'pass',
  'warn',
  'fail',
  'error',
  'not_evaluated',
] satisfies ResultStatus[];

function statusList(words: readonly string[]): string {
  const statuses = words.flatMap((word) => word.split(','));
  const unknown = statuses.find((status) => !statusWords.includes(status));
  if (unknown === undefined) return [...new Set(statuses)].join(',');
  throw new FailureError(
    failure(
      'REQUEST_INVALID',
      `--status is ${JSON.stringify(unknown)}; it must be one of ${statusWords.join(', ')}`,
    ),
  );
}
