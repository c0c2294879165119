import type { Command } from 'commander';
import { formatDuration } from '../../base/units.ts';
import type { DecisionView, ScheduleView } from '../../services/scheduling/schedules.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { timeText } from '../views/time-text.ts';

/** `schedule`. */
export function addScheduleCommand(program: Command, commands: CommandSet): void {
  commands
    .service(
      program,
      'schedule <dataset>',
      'show when a dataset is looked at next, why, and what was decided before',
    )
    .addHelpText(
      'after',
      `
Decisions are \`scan\`, \`not_yet\` (it is looked for later) and \`skipped\` (there is nothing to look for, or something is in
the way). Times are UTC.

Example:
  assay schedule flights`,
    )
    .action(commands.run(showSchedule));
}

async function showSchedule(session: Session, dataset: string): Promise<ExitCode> {
  const { io, client } = session;
  const view = valueOf(await client.schedule(dataset));
  if (session.json) {
    writeJson(io, view);
    return 0;
  }
  io.out(headText(view));
  if (view.decisions.length > 0) io.out(`\n${decisionTable(session, view.decisions)}`);
  return 0;
}

function headText({ dataset, type, nextScanAt, why, waitsFor, usual }: ScheduleView): string {
  const next = nextScanAt === undefined ? 'no further look' : `next look at ${timeText(nextScanAt)}`;
  const lines = [`${dataset} (${type}): ${next}`, `  ${why}`];
  if (waitsFor !== undefined) {
    lines.push(`  waits for ${timeText(waitsFor.due)}; late from ${timeText(waitsFor.lateAt)} on`);
  }
  if (usual !== undefined) {
    const { earlyMs, lateMs, points } = usual;
    lines.push(
      `  usually comes ${delayText(earlyMs)} to ${delayText(lateMs)} that time, by the last ${points}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function delayText(delayMs: number): string {
  return `${formatDuration(Math.abs(delayMs))} ${delayMs < 0 ? 'before' : 'after'}`;
}

function decisionTable({ io }: Session, decisions: readonly DecisionView[]): string {
  const rows = decisions.map(({ at, kind, text, job }): Cell[] => [
    timeText(at),
    { text: kind, style: kind === 'scan' ? 'good' : 'muted' },
    text,
    { text: job ?? '', style: 'muted' },
  ]);
  const columns = [
    { title: 'at' },
    { title: 'decision' },
    { title: 'because', minWidth: 16 },
    { title: 'job', optional: true },
  ];
  return renderTable({ columns, rows }, { width: io.columns, color: io.color });
}
