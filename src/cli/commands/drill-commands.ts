import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { CommandSet, ExitCode, Session } from '../command-set.ts';
import { type DisturbedWish, runDisturbedDrill } from '../drills/disturbed-drill.ts';
import {
  type GivenOptions,
  givenApiOption,
  givenClusterOf,
  givenDatabaseOption,
} from '../drills/given-options.ts';
import { whileInterruptible } from '../interruptible.ts';
import { drillHtml } from '../reports/drills/drill-html.ts';
import { drillJson } from '../reports/drills/drill-json.ts';
import { drillText } from '../reports/drills/drill-text.ts';
import { writeTextFile } from '../text-files.ts';
import { wholeNumberBetween } from '../whole-number.ts';
import { addDrillSendCommand } from './drill-send-command.ts';
import { addMeasuredDrillCommands } from './measured-drill-commands.ts';

/** `drill`. */
export function addDrillCommands(program: Command, commands: CommandSet): void {
  const drill = commands.local(
    program,
    'drill',
    'prove on a cluster of this machine that every job is done correctly exactly once',
  );
  disturbed(drill, commands, 'failure')
    .option('--faults <n>', 'how many faults at least (default: 6 for every hundred jobs, 6 to 60)')
    .addHelpText('after', helpText('failure'))
    .action(commands.run((session, options: DisturbedOptions) => drilled(session, 'failure', options)));
  disturbed(drill, commands, 'upgrade')
    .option('--build <name>', 'a part of the version that a replaced process says', 'after')
    .addHelpText('after', helpText('upgrade'))
    .action(commands.run((session, options: DisturbedOptions) => drilled(session, 'upgrade', options)));
  addMeasuredDrillCommands(drill, commands);
  addDrillSendCommand(drill, commands);
}

const descriptions = {
  failure: 'kill, freeze and restart nodes, managers, servers and a zone at random while jobs run',
  upgrade: 'replace every process by a new build, one by one, while jobs run',
} as const satisfies Record<DisturbedWish['drill'], string>;

function disturbed(drill: Command, commands: CommandSet, kind: DisturbedWish['drill']): Command {
  return commands
    .local(drill, kind, descriptions[kind])
    .option('--jobs <n>', 'how many jobs', '1000')
    .option('--nodes <n>', 'data nodes of each of the two clusters', '3')
    .option('--slots <n>', 'tasks that a node runs at once', '2')
    .option('--seed <n>', 'what chance starts from: the same seed gives the same work and the same faults')
    .option('--report <file>', 'write a report as one HTML file')
    .option('--json <file>', 'write the report and the whole history of events as JSON')
    .option('--keep', 'keep the logs and the data of all processes')
    .option(...givenApiOption)
    .option(...givenDatabaseOption)
    .option('--processes <file>', 'of that cluster: its processes, and commands that disturb them')
    .option('--site-directory <directory>', 'a folder that its nodes see under the same path')
    .option('--site-host <address>', 'an address of this machine that it can send messages to');
}

function helpText(kind: DisturbedWish['drill']): string {
  return `
It needs ZooKeeper and PostgreSQL to be installed, starts a cluster in a directory of its own, and removes it.
The work is done without faults first: results, incidents and messages must then be the same.

Examples:
  assay drill ${kind} --jobs 1000 --report ${kind}.html
  assay drill ${kind} --jobs 60 --seed 7
Exit code: 0 it passed, 1 it did not, 3 it could not be run, 130 it was interrupted.`;
}

type DisturbedOptions = {
  readonly jobs: string;
  readonly nodes: string;
  readonly slots: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly report?: string;
  readonly json?: string;
  readonly keep?: boolean;
  readonly siteDirectory?: string;
  readonly siteHost?: string;
  readonly build?: string;
} & GivenOptions;

async function drilled(
  session: Session,
  drill: DisturbedWish['drill'],
  options: DisturbedOptions,
): Promise<ExitCode> {
  const { io, dependencies } = session;
  const wish = await wishOf(session, drill, options);
  return await whileInterruptible(dependencies, async (signal) => {
    const end = await runDisturbedDrill(session, wish, signal);
    if (end === undefined) {
      io.err('interrupted before there was anything to report\n');
      return 130;
    }
    const { report, history } = end;
    if (options.report !== undefined) {
      await writeTextFile(session, options.report, drillHtml(report));
      io.err(`wrote ${options.report}\n`);
    }
    if (options.json !== undefined) {
      await writeTextFile(session, options.json, drillJson(report, history));
      io.err(`wrote ${options.json}\n`);
    }
    io.out(drillText(report, { color: io.color }));
    if (signal.aborted) return 130;
    return report.passed ? 0 : 1;
  });
}

async function wishOf(
  session: Session,
  drill: DisturbedWish['drill'],
  options: DisturbedOptions,
): Promise<DisturbedWish> {
  const { dependencies } = session;
  const number = (text: string, option: string, min: number, max: number): number =>
    wholeNumberBetween(text, { option, min, max });
  const jobs = number(options.jobs, '--jobs', 1, limits.drillJobsMax);
  const nodes = number(options.nodes, '--nodes', 1, limits.drillNodesMax);
  const slots = number(options.slots, '--slots', 1, limits.drillNodesMax);
  const chosen = String(Math.floor(dependencies.drills.random.next() * seedMax));
  const seed = number(options.seed ?? chosen, '--seed', 0, seedMax);
  const usual = String(Math.min(60, Math.max(6, Math.ceil(jobs * 0.06))));
  const faults = number(options.faults ?? usual, '--faults', 0, limits.drillJobsMax);
  const command = [
    `assay drill ${drill} --jobs ${jobs} --nodes ${nodes} --slots ${slots} --seed ${seed}`,
    ...(drill === 'failure' ? [`--faults ${faults}`] : []),
  ].join(' ');
  const given = await givenOf(session, drill, options);
  return {
    drill,
    jobs,
    nodes,
    slots,
    seed,
    faults,
    keep: options.keep === true,
    build: options.build ?? 'after',
    command,
    ...(given && { given }),
  };
}

/** The cluster that was given, with where its nodes find the drill's files. */
async function givenOf(
  session: Session,
  drill: DisturbedWish['drill'],
  options: DisturbedOptions,
): Promise<DisturbedWish['given']> {
  const given = await givenClusterOf(session, options);
  if (given === undefined) return undefined;
  if (drill === 'upgrade' && given.commands.replace === undefined) {
    const message = 'an upgrade of a given cluster needs a command that replaces a process';
    const hint = 'name a file with its processes and commands: {replace: …}';
    throw new FailureError(failure('REQUEST_INVALID', message, { where: '--processes', hint }));
  }
  const { siteDirectory, siteHost } = options;
  return {
    ...given,
    ...(siteDirectory === undefined
      ? {}
      : { siteDirectory: resolve(session.dependencies.workingDirectory, siteDirectory) }),
    ...(siteHost === undefined ? {} : { siteHost }),
  };
}

/** What a generator of 32 bits takes. */
const seedMax = 2 ** 32 - 1;
