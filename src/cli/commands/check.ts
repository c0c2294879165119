import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FailureError, failure, failureOf } from '../../base/errors.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { second } from '../../base/units.ts';
import { type ChecksDefinition, noChecks } from '../../core/datasets/decode.ts';
import type { PartitionRule } from '../../core/datasets/definition.ts';
import type { FileFormat } from '../../core/datasets/provider-definition.ts';
import { suggestion } from '../../core/text/nearest.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Holidays } from '../../ports/holidays.ts';
import {
  type CheckFilesDependencies,
  type CheckProgress,
  type CheckReport,
  checkFiles,
} from '../../services/quality/check-files.ts';
import { readChecks, readWithRegions } from '../../services/registry/read-definition.ts';
import { type ExitCode, tellFailure, valueOf, writeJson } from '../command-set.ts';
import type { CliIo } from '../io.ts';
import { renderCheckReport } from '../render/check-report.ts';
import { type Progress, ProgressLine } from '../render/progress.ts';
import { checkReportJson } from '../views/check-report-json.ts';
import { exitCodeOf } from '../views/result-text.ts';

export type CheckCommandDependencies = {
  readonly io: CliIo;
  readonly clock: Clock;
  /** Relative paths start from here. */
  readonly workingDirectory: string;
  readonly readFile: (path: string) => Promise<string>;
  /** Calls `listener` at Ctrl-C instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Starts what reads and measures files; disposing it ends the workers. */
  readonly startChecking: () => Promise<CheckFilesDependencies & AsyncDisposable>;
  /** Gets the exit code: 0 pass, 1 fail, 2 warn, 3 error, 130 interrupted. */
  readonly exit: (code: ExitCode) => void;
};

type CheckOptions = {
  readonly checks?: string;
  readonly format?: FileFormat;
  readonly partitionBy?: PartitionRule;
  readonly json?: boolean;
  readonly width?: number;
};

const formats: readonly FileFormat[] = ['csv', 'tsv', 'ndjson', 'json', 'parquet'];

/** `assay check FILE…`: profiles files and checks them, without a server. */
export function checkCommand(dependencies: CheckCommandDependencies): Command {
  const { io } = dependencies;
  return new Command('check')
    .description('profile files and check them, without a service')
    .argument(
      '<file...>',
      'files or globs, which make one dataset; or a directory, whose files are partitions',
    )
    .option('-c, --checks <file>', 'checks in YAML: checks:, columns:, missing_values:, csv:, …')
    .addOption(new Option('--format <format>', 'when the file name does not tell').choices(formats))
    .option(
      '--partition-by <rule>',
      'date:day, country,kind, path:year/month, file or none',
      parsePartitionRule,
    )
    .option('--width <columns>', 'columns of the output', parseWidth)
    .option('--json', 'print JSON, for programs')
    .addHelpText('after', helpText)
    .exitOverride()
    .showHelpAfterError('(add --help to see how it is used)')
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
    .action(async (files: string[], options: CheckOptions) => {
      dependencies.exit(await runCheck(dependencies, files, options));
    });
}

const helpText = `
Several partitions are also judged by what the earlier ones teach.

Examples:
  assay check flights.csv
  assay check data/flights-*.parquet -c checks.yaml
  assay check data/ --partition-by date:day
Exit code: 0 pass, 1 fail, 2 warn (also: rows were rejected), 3 error.`;

async function runCheck(
  dependencies: CheckCommandDependencies,
  files: readonly string[],
  options: CheckOptions,
): Promise<ExitCode> {
  const { io, clock } = dependencies;
  const startedMs = clock.monotonicMs();
  const stop = new AbortController();
  const release = dependencies.onInterrupt(() => stop.abort());
  const progress = new ProgressLine(io, clock);
  try {
    await using tools = await dependencies.startChecking();
    const checks = await loadChecks(dependencies, options.checks, tools.holidays);
    const checked = await checkFiles(tools, {
      paths: files.map((file) => resolve(dependencies.workingDirectory, file)),
      checks,
      ...(options.format === undefined ? {} : { format: options.format }),
      ...(options.partitionBy === undefined ? {} : { partition: options.partitionBy }),
      signal: stop.signal,
      onProgress: (state) => progress.update(progressOf(state, clock.monotonicMs() - startedMs)),
    });
    progress.clear();
    const report = valueOf(checked);
    show(report, { io, files, options });
    return exitCodeOf(report.status);
  } catch (error) {
    progress.clear();
    if (stop.signal.aborted) return 130;
    if (!(error instanceof FailureError)) throw error;
    if (options.json === true) writeJson(io, { status: 'error', error: error.failure });
    else tellFailure(io, error.failure);
    return 3;
  } finally {
    release();
  }
}

async function loadChecks(
  { workingDirectory, readFile }: CheckCommandDependencies,
  file: string | undefined,
  holidays: Holidays,
): Promise<ChecksDefinition> {
  if (file === undefined) return noChecks;
  const text = valueOf(await readTextFile(() => readFile(resolve(workingDirectory, file)), file));
  return valueOf(await readWithRegions((regions) => readChecks(text, { file, regions }), holidays));
}

async function readTextFile(read: () => Promise<string>, file: string): Promise<Outcome<string>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    return fail(
      failure('CHECKS_INVALID', `${file} can not be read: ${failureOf(error).message}`, { where: file }),
    );
  }
}

function show(
  report: CheckReport,
  {
    io,
    files,
    options,
  }: { readonly io: CliIo; readonly files: readonly string[]; readonly options: CheckOptions },
): void {
  if (options.json === true) {
    writeJson(io, checkReportJson(report));
    return;
  }
  const [first = '', ...others] = files;
  const title = others.length === 0 ? first : `${first} … ${basename(others.at(-1) ?? '')}`;
  io.out(renderCheckReport(report, { title, width: options.width ?? io.columns, color: io.color }));
}

/** What the progress line shows. The time to go is extrapolated from the share that is done. */
function progressOf({ done, total, partition }: CheckProgress, elapsedMs: number): Progress {
  const share = done / total;
  const eta = share > 0.05 && elapsedMs > second ? { etaMs: (elapsedMs * (1 - share)) / share } : {};
  if (total === 1) return { label: 'reading', done, total, shareOnly: true, ...eta };
  return { label: 'checking', done: Math.floor(done), total, note: partition, ...eta };
}

const grains = ['hour', 'day', 'month', 'year'] as const;

/** `date:day`, `country,kind`, `path:year/month`, `file`, `none`. */
function parsePartitionRule(text: string): PartitionRule {
  if (text === 'file' || text === 'none') return { kind: text };
  const colon = text.lastIndexOf(':');
  const [name, rest] = colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  if (rest === undefined) {
    const columns = text.split(',').map((column) => column.trim());
    if (columns.some((column) => column === '')) throw new InvalidArgumentError('A column has no name.');
    return { kind: 'columns', columns };
  }
  if (name === 'path' && rest !== '') return { kind: 'path', keys: rest.split('/') };
  const by = grains.find((grain) => grain === rest);
  if (by !== undefined && name !== '') return { kind: 'time', column: name, by };
  throw new InvalidArgumentError(`“${rest}” must be hour, day, month or year${suggestion(rest, grains)}.`);
}

function parseWidth(text: string): number {
  const width = Number(text);
  if (Number.isInteger(width) && width >= 40 && width <= 1_000) return width;
  throw new InvalidArgumentError('It must be a whole number from 40 to 1000.');
}
