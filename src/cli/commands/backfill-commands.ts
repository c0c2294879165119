import type { Command } from 'commander';
import { FailureError } from '../../base/errors.ts';
import { parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { formatDuration } from '../../base/units.ts';
import { type BackfillView, hasBackfillEnded } from '../../services/ingestion/backfills.ts';
import {
  type CommandSet,
  type ExitCode,
  type Session,
  tellFailure,
  valueOf,
  writeJson,
} from '../command-set.ts';
import { whileInterruptible } from '../interruptible.ts';
import { formatNumber } from '../render/figures.ts';
import { type Progress, ProgressLine, renderProgress } from '../render/progress.ts';
import { backfillCostText } from '../views/backfill-cost-text.ts';
import { wholeNumber } from './registry-commands.ts';
import { runScan } from './scan-commands.ts';

type BackfillOptions = {
  readonly from?: string;
  readonly to?: string;
  readonly concurrency?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
};

/** `backfill` and what steers it. */
export function addBackfillCommands(program: Command, commands: CommandSet): void {
  const backfill = commands
    .service(program, 'backfill', 'take in past partitions and learn from them what is normal')
    .argument('<dataset>', 'name of the dataset')
    .option('--from <partition>', 'first partition, such as 2001-01-01 (by default as the definition says)')
    .option('--to <partition>', 'last partition, included')
    .option(
      '--concurrency <n>',
      `partitions at once, 1 to ${limits.backfillConcurrencyMax} (default ${limits.backfillConcurrencyDefault})`,
    )
    .option('--force', 'read and measure unchanged partitions again, too: for new queries of the definition')
    .option('--dry-run', 'start nothing: tell what it would read, how long that takes and what bounds it')
    .option('--no-wait', 'start it and return at once')
    .addHelpText(
      'after',
      `
The service does the work: Ctrl-C ends the watching, not the backfill. A backfill that is started again skips what is
ingested already, unless it is forced.

Examples:
  assay backfill flights --from 2001-01-01 --to 2001-06-28
  assay backfill flights --from 2001-01-01 --dry-run
  assay backfill status flights
  assay backfill retry flights 2001-03-04
Exit code: 0 when it succeeded, 3 when a partition failed or it was cancelled.`,
    )
    .action(commands.run(startBackfill));

  for (const [action, description] of [
    ['pause', 'let running tasks finish and start no more'],
    ['resume', 'go on with a paused backfill'],
    ['cancel', 'end a backfill; what is ingested stays'],
  ] as const) {
    commands
      .service(backfill, `${action} <backfill>`, `${description} (name of the dataset, or id)`)
      .action(commands.run((session, name: string) => controlBackfill(session, { name, action })));
  }
  commands
    .service(backfill, 'status <backfill>', 'show how far a backfill is (name of the dataset, or id)')
    .action(commands.run(showBackfill));
  commands
    .service(backfill, 'retry <dataset> <partition>', 'take one partition in again, changed or not')
    .option('--no-wait', 'start it and return at once')
    .action(
      commands.run((session, dataset: string, partition: string, options: { wait: boolean }) =>
        runScan(session, { dataset, only: [partition], force: true, wait: options.wait }),
      ),
    );
}

async function startBackfill(session: Session, dataset: string, options: BackfillOptions): Promise<ExitCode> {
  const concurrency =
    options.concurrency === undefined ? undefined : wholeNumber(options.concurrency, '--concurrency');
  const { from, to, force } = options;
  if (options.dryRun === true) return tellCost(session, dataset, { from, to, concurrency, force });
  const started = valueOf(await session.client.startBackfill({ dataset, from, to, concurrency, force }));
  if (!options.wait) {
    if (session.json) writeJson(session.io, started);
    else
      session.io.out(
        `${dataset}: backfill ${started.id} started; see \`assay backfill status ${dataset}\`\n`,
      );
    return 0;
  }
  return whileInterruptible(session.dependencies, (signal) => watchBackfill(session, { started, signal }));
}

async function tellCost(
  session: Session,
  dataset: string,
  wish: {
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly concurrency: number | undefined;
    readonly force: boolean | undefined;
  },
): Promise<ExitCode> {
  const cost = valueOf(await session.client.backfillCost(dataset, wish));
  if (session.json) writeJson(session.io, cost);
  else session.io.out(backfillCostText(cost));
  return 0;
}

async function watchBackfill(
  session: Session,
  watch: { started: BackfillView; signal: AbortSignal },
): Promise<ExitCode> {
  const { io, client, dependencies } = session;
  const { started, signal } = watch;
  const line = new ProgressLine(io, dependencies.clock);
  try {
    for await (const outcome of client.followBackfill(started.id, signal)) {
      if (!outcome.ok) {
        line.clear();
        throw new FailureError(outcome.error);
      }
      if (hasBackfillEnded(outcome.value.state)) {
        line.clear();
        return tellEnd(session, outcome.value);
      }
      line.update(progressOf(outcome.value));
    }
  } finally {
    line.clear();
  }
  io.err(
    `the backfill ${started.id} goes on in the service; \`assay backfill status ${started.dataset}\` shows it, ` +
      `\`assay backfill cancel ${started.dataset}\` ends it\n`,
  );
  return 130;
}

function progressOf(view: BackfillView): Progress {
  const { rate, partitions } = view;
  return {
    label: `${view.dataset}: ${view.state.replace('_', ' ')}`,
    done: view.measured + view.failed,
    ...(partitions === undefined ? {} : { total: partitions }),
    ...(view.state === 'running' ? { rate: rate.partitionsPerSecond } : {}),
    ...(rate.etaMs === undefined ? {} : { etaMs: rate.etaMs }),
    note: [
      `${formatNumber(view.ingested)} ingested`,
      `${formatNumber(Math.round(rate.rowsPerSecond))} rows/s`,
      ...(view.failed === 0 ? [] : [`${formatNumber(view.failed)} failed`]),
    ].join(', '),
  };
}

function tellEnd(session: Session, view: BackfillView): ExitCode {
  const { io } = session;
  if (session.json) writeJson(io, view);
  else {
    io.out(`${endLine(view)}\n`);
    tellFailures(session, view);
    if (view.state === 'succeeded') io.err(`  next: assay results ${view.dataset}\n`);
  }
  return view.state === 'succeeded' ? 0 : 3;
}

function endLine(view: BackfillView): string {
  const took = view.endedAt === undefined ? '' : ` in ${formatDuration(view.endedAt - view.startedAt)}`;
  const failed = view.failed === 0 ? '' : `, ${formatNumber(view.failed)} failed`;
  const figures = `${formatNumber(view.ingested)} partitions, ${formatNumber(view.rows)} rows${failed}`;
  return `${view.dataset}: backfill ${view.state}${took}: ${figures}`;
}

function tellFailures({ io }: Session, view: BackfillView): void {
  for (const { task, failure } of view.failures) {
    io.err(`${task}: `);
    tellFailure(io, failure);
  }
}

async function showBackfill(session: Session, name: string): Promise<ExitCode> {
  const view = await findBackfill(session, name);
  const { io } = session;
  if (session.json) {
    writeJson(io, view);
    return 0;
  }
  if (hasBackfillEnded(view.state)) io.out(`${endLine(view)}\n`);
  else io.out(`${renderProgress({ ...progressOf(view), width: io.columns, color: io.color })}\n`);
  tellFailures(session, view);
  return 0;
}

async function controlBackfill(
  session: Session,
  wish: { name: string; action: 'pause' | 'resume' | 'cancel' },
): Promise<ExitCode> {
  const { id, dataset } = await findBackfill(session, wish.name);
  const view = valueOf(await session.client.controlBackfill(id, wish.action));
  const done = { pause: 'paused', resume: 'resumed', cancel: 'cancelled' }[wish.action];
  if (session.json) writeJson(session.io, view);
  else session.io.out(`${dataset}: backfill ${id} ${done}\n`);
  return 0;
}

/** A dataset's newest backfill, or the one with this id. */
async function findBackfill(session: Session, name: string): Promise<BackfillView> {
  const byId = await session.client.backfill(name);
  if (byId.ok) return byId.value;
  if (byId.error.code !== 'BACKFILL_NOT_FOUND' || parseDatasetName(name) === undefined) return valueOf(byId);
  const { backfills } = valueOf(await session.client.backfills({ dataset: name, limit: 1 }));
  const [newest] = backfills;
  return newest ?? valueOf(byId);
}
