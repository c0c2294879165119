import type { Command } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { experiments } from '../../services/drills/recovery-experiments.ts';
import type { CommandSet, ExitCode, Session } from '../command-set.ts';
import {
  type GivenOptions,
  givenApiOption,
  givenClusterOf,
  givenDatabaseOption,
} from '../drills/given-options.ts';
import { measureCapacity, measureRecovery } from '../drills/measured-drills.ts';
import { whileInterruptible } from '../interruptible.ts';
import { capacityHtml } from '../reports/drills/capacity-html.ts';
import { capacityText } from '../reports/drills/capacity-text.ts';
import { recoveryHtml } from '../reports/drills/recovery-html.ts';
import { recoveryText } from '../reports/drills/recovery-text.ts';
import { writeTextFile } from '../text-files.ts';
import { wholeNumberBetween } from '../whole-number.ts';

/** `drill capacity` and `drill recovery`. */
export function addMeasuredDrillCommands(drill: Command, commands: CommandSet): void {
  reported(
    commands.local(drill, 'capacity', 'how much a cluster does, against its size and the jobs at once'),
  )
    .option('--nodes <list>', 'numbers of nodes, rising', '1,2,4,8')
    .option('--slots <n>', 'tasks that a node runs at once', '4')
    .option('--jobs <list>', 'numbers of jobs that are submitted at once', '1,4,16,64,256,1024,4096')
    .option('--tasks <n>', 'tasks of the measurement of tasks per second', '10000')
    .option('--latency-jobs <n>', 'jobs one after the other on an idle cluster', '200')
    .option('--backfill <list>', 'numbers of nodes on which a backfill is timed; empty: none', '1,2,4')
    .option(...givenApiOption)
    .option(...givenDatabaseOption)
    .addHelpText('after', capacityHelp)
    .action(commands.run(drillCapacity));
  reported(commands.local(drill, 'recovery', 'how long work takes to go on after each kind of loss'))
    .option('--repeats <n>', 'of each experiment', '30')
    .option('--only <names>', `experiments: ${experiments.map(({ name }) => name).join(', ')}`)
    .option('--nodes <n>', 'data nodes of each of the two clusters', '4')
    .option('--slots <n>', 'tasks that a node runs at once', '2')
    .addHelpText('after', recoveryHelp)
    .action(commands.run(drillRecovery));
}

function reported(command: Command): Command {
  return command
    .option('--report <file>', 'write a report as one HTML file')
    .option('--json <file>', 'write the report as JSON')
    .option('--keep', 'keep the logs and the data of all processes');
}

const capacityHelp = `
A job is completed when its end stands in PostgreSQL. Jobs have no work in them: what is measured is what the cluster
itself needs for each. The curve bends where more jobs at once are done hardly faster.

Examples:
  assay drill capacity --report capacity.html
  assay drill capacity --api-url http://api-1:7420 --database-url postgres://…   a given cluster, as large as it is
  assay drill capacity --nodes 1,2 --jobs 1,16,256 --tasks 2000 --backfill ""
Exit code: 0 every job was done correctly exactly once, 1 not so, 3 it could not be run, 130 it was interrupted.`;

const recoveryHelp = `
Times are those of the history in the database: a task counts as running from the start of the attempt that was committed.

Examples:
  assay drill recovery --repeats 30 --report recovery.html
  assay drill recovery --repeats 5 --only "node killed,leader killed"
Exit code: 0 every promise was kept and every job done correctly exactly once, 1 not so, 3 it could not be run, 130 it was
interrupted.`;

type Reported = { readonly report?: string; readonly json?: string; readonly keep?: boolean };

type CapacityOptions = GivenOptions &
  Reported & {
    readonly nodes: string;
    readonly slots: string;
    readonly jobs: string;
    readonly tasks: string;
    readonly latencyJobs: string;
    readonly backfill: string;
  };

async function drillCapacity(session: Session, options: CapacityOptions): Promise<ExitCode> {
  const capacity = {
    nodes: rising(options.nodes, '--nodes'),
    jobs: rising(options.jobs, '--jobs'),
    tasks: counted(options.tasks, '--tasks'),
    latencyJobs: counted(options.latencyJobs, '--latency-jobs'),
    backfillNodes: options.backfill === '' ? [] : rising(options.backfill, '--backfill'),
  };
  const slots = counted(options.slots, '--slots');
  const command = `assay drill capacity --nodes ${options.nodes} --slots ${slots} --jobs ${options.jobs} --tasks ${capacity.tasks}`;
  const given = await givenClusterOf(session, options);
  const wish = { slots, capacity, keep: options.keep === true, command, ...(given && { given }) };
  return await whileInterruptible(session.dependencies, async (signal) => {
    const report = await measureCapacity(session, wish, signal);
    await writeReports(session, options, { html: () => capacityHtml(report), json: report });
    session.io.out(capacityText(report, session.io));
    if (signal.aborted) return 130;
    return report.cutShort === undefined && report.findings.length === 0 ? 0 : 1;
  });
}

type RecoveryOptions = Reported & {
  readonly repeats: string;
  readonly only?: string;
  readonly nodes: string;
  readonly slots: string;
};

async function drillRecovery(session: Session, options: RecoveryOptions): Promise<ExitCode> {
  const repeats = counted(options.repeats, '--repeats');
  const nodes = counted(options.nodes, '--nodes');
  const slots = counted(options.slots, '--slots');
  const only = options.only === undefined ? {} : { only: chosen(options.only) };
  const command = [
    `assay drill recovery --repeats ${repeats} --nodes ${nodes} --slots ${slots}`,
    ...(options.only === undefined ? [] : [`--only ${JSON.stringify(options.only)}`]),
  ].join(' ');
  const wish = { repeats, nodes, slots, ...only, keep: options.keep === true, command };
  return await whileInterruptible(session.dependencies, async (signal) => {
    const report = await measureRecovery(session, wish, signal);
    await writeReports(session, options, { html: () => recoveryHtml(report), json: report });
    session.io.out(recoveryText(report, session.io));
    if (signal.aborted) return 130;
    const kept = report.times.every(({ keepsFloor }) => keepsFloor);
    return kept && report.findings.length === 0 ? 0 : 1;
  });
}

async function writeReports(
  session: Session,
  { report, json }: Reported,
  of: { readonly html: () => string; readonly json: unknown },
): Promise<void> {
  const files = [
    { path: report, text: of.html },
    { path: json, text: () => `${JSON.stringify(of.json)}\n` },
  ];
  for (const { path, text } of files) {
    if (path === undefined) continue;
    await writeTextFile(session, path, text());
    session.io.err(`wrote ${path}\n`);
  }
}

function chosen(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const known = experiments.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new FailureError(
    failure('REQUEST_INVALID', `there is no experiment ${JSON.stringify(unknown)}`, {
      where: '--only',
      hint: `there are: ${known.join(', ')}`,
    }),
  );
}

function rising(text: string, option: string): readonly number[] {
  const numbers = text.split(',').map((part) => counted(part.trim(), option));
  const isRising = numbers.every((number, at) => number > (numbers[at - 1] ?? 0));
  if (isRising) return numbers;
  throw new FailureError(
    failure('REQUEST_INVALID', `${option} must be whole numbers from 1 on that rise`, { where: option }),
  );
}

function counted(text: string, option: string): number {
  return wholeNumberBetween(text, { option, min: 1, max: limits.drillJobsMax });
}
