import type { Command } from 'commander';
import { FailureError } from '../../base/errors.ts';
import { worstStatus } from '../../core/checks/status.ts';
import type { ScanView } from '../../services/ingestion/scans.ts';
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
import { ProgressLine } from '../render/progress.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { exitCodeOf, statusCell } from '../views/result-text.ts';

type ScanWish = {
  readonly dataset: string;
  readonly only?: readonly string[];
  readonly force?: boolean;
  readonly wait: boolean;
};

/** How often a waiting command asks how far a scan is. */
const pollMs = 250;

/** `scan`. */
export function addScanCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'scan <dataset>', 'look for new and changed partitions, take them in and check them')
    .option('--partition <key...>', 'only these partitions')
    .option('--force', 'read and check unchanged partitions again, too')
    .option('--wait', 'wait for the verdicts')
    .addHelpText(
      'after',
      `
The service does the work: Ctrl-C ends the waiting, not the scan.

Examples:
  assay scan flights --wait
  assay scan flights --partition 2001-03-04 --force --wait
Exit code with --wait: 0 pass, 1 fail, 2 warn, 3 error: the worst of what was found.`,
    )
    .action(
      commands.run(
        (session, dataset: string, options: { partition?: string[]; force?: boolean; wait?: boolean }) =>
          runScan(session, {
            dataset,
            wait: options.wait === true,
            ...(options.partition === undefined ? {} : { only: options.partition }),
            ...(options.force === true ? { force: true } : {}),
          }),
      ),
    );
}

/** Starts a scan and, if wished, waits for its verdicts. */
export async function runScan(session: Session, wish: ScanWish): Promise<ExitCode> {
  const { wait, ...body } = wish;
  const started = valueOf(await session.client.startScan(body));
  if (!wait) {
    if (session.json) writeJson(session.io, started);
    else session.io.out(`${wish.dataset}: scan ${started.id} started; see \`assay jobs ${wish.dataset}\`\n`);
    return 0;
  }
  return whileInterruptible(session.dependencies, (signal) => watchScan(session, { started, signal }));
}

async function watchScan(
  session: Session,
  watch: { started: ScanView; signal: AbortSignal },
): Promise<ExitCode> {
  const { io, client, dependencies } = session;
  const { started, signal } = watch;
  const line = new ProgressLine(io, dependencies.clock);
  let view = started;
  try {
    while (isOpen(view) && !signal.aborted) {
      line.update({
        label: `${view.dataset}: ${view.state}`,
        done: view.partitions.length,
        ...(view.changed === undefined ? {} : { total: view.changed }),
      });
      await dependencies.clock.sleep(pollMs, signal);
      const next = await client.scan(started.id);
      if (!next.ok) throw new FailureError(next.error);
      view = next.value;
    }
  } finally {
    line.clear();
  }
  if (!isOpen(view)) return tellScan(session, view);
  io.err(`the scan ${started.id} goes on in the service; \`assay jobs ${started.dataset}\` shows it\n`);
  return 130;
}

function isOpen(view: ScanView): boolean {
  return view.state === 'scanning' || view.state === 'checking';
}

function tellScan(session: Session, view: ScanView): ExitCode {
  const { io } = session;
  if (session.json) writeJson(io, view);
  else if (view.partitions.length > 0) io.out(scanTable(session, view));
  else if (view.state === 'succeeded') {
    io.out(`${view.dataset}: nothing new, ${formatNumber(view.unchanged ?? 0)} partitions are unchanged\n`);
  }
  if (view.state === 'cancelled') io.err(`${view.dataset}: the scan was cancelled\n`);
  if (view.failure !== undefined) tellFailure(io, view.failure);
  for (const { partition, failure } of view.partitions) {
    if (failure === undefined) continue;
    io.err(`${partition}: `);
    tellFailure(io, failure);
  }
  if (view.state !== 'succeeded') return 3;
  return exitCodeOf(worstStatus(view.partitions.flatMap(({ status }) => status ?? [])));
}

function scanTable({ io }: Session, view: ScanView): string {
  const rows = view.partitions.map((one): Cell[] => [
    one.partition,
    one.rowCount === undefined ? '' : formatNumber(one.rowCount),
    one.rejectedCount === undefined || one.rejectedCount === 0 ? '' : formatNumber(one.rejectedCount),
    statusOf(one),
  ]);
  const columns = [
    { title: 'partition' },
    { title: 'rows', align: 'right' as const },
    { title: 'rejected', align: 'right' as const },
    { title: 'status' },
  ];
  return renderTable({ columns, rows }, { width: io.columns, color: io.color });
}

function statusOf(one: ScanView['partitions'][number]): Cell {
  if (one.failure !== undefined) return { text: `! ${one.failure.code}`, style: 'error' };
  return one.revision === undefined ? { text: 'same content', style: 'muted' } : statusCell(one.status);
}
