import { type Command, Option } from 'commander';
import { formatDuration } from '../../base/units.ts';
import { jobPriority } from '../../core/jobs/job.ts';
import type { JobDetailView, JobView, TaskView } from '../../services/ingestion/job-history.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { formatNumber } from '../render/figures.ts';
import type { Style } from '../render/style.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { timeText } from '../views/time-text.ts';
import { wholeNumber } from './registry-commands.ts';

/** `jobs`. */
export function addJobCommands(program: Command, commands: CommandSet): void {
  const kind = new Option('--kind <kind>', 'only this kind').choices(Object.keys(jobPriority));
  const jobs = commands
    .service(program, 'jobs', 'list jobs, newest first')
    .argument('[dataset]', 'only those of this dataset')
    .option('--open', 'only those that have not ended')
    .addOption(kind)
    .option('--limit <n>', 'how many at most', '30')
    .action(commands.run(listJobs));
  commands.service(jobs, 'show <id>', 'show a job with its ended tasks').action(commands.run(showJob));
}

async function listJobs(
  session: Session,
  dataset: string | undefined,
  options: { open?: boolean; kind?: string; limit: string },
): Promise<ExitCode> {
  const { io } = session;
  const limit = wholeNumber(options.limit, '--limit');
  const { kind, open } = options;
  const view = valueOf(await session.client.jobs({ dataset, kind, open, limit }));
  if (session.json) writeJson(io, view);
  else if (view.jobs.length === 0) io.err('there is no such job\n');
  else io.out(jobsTable(session, view.jobs));
  return 0;
}

function jobsTable({ io }: Session, jobs: readonly JobView[]): string {
  const rows = jobs.map((job): Cell[] => [
    job.id,
    job.dataset,
    job.kind,
    stateCell(job),
    formatNumber(job.tasksEnded),
    job.tasksFailed === 0 ? '' : { text: formatNumber(job.tasksFailed), style: 'bad' },
    timeText(job.createdAt),
    job.endedAt === undefined ? '' : formatDuration(job.endedAt - job.createdAt),
  ]);
  const columns = [
    { title: 'job' },
    { title: 'dataset' },
    { title: 'kind' },
    { title: 'state' },
    { title: 'tasks', align: 'right' as const },
    { title: 'failed', align: 'right' as const },
    { title: 'created', optional: true },
    { title: 'took', align: 'right' as const, optional: true },
  ];
  return renderTable({ columns, rows }, { width: io.columns, color: io.color });
}

const stateStyles = {
  open: 'accent',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'muted',
} as const satisfies Record<JobView['state'], Style>;

function stateCell({ state, control }: JobView): Cell {
  const wish =
    state === 'open' && control !== 'run' ? { pause: 'paused', cancel: 'being cancelled' }[control] : state;
  return { text: wish, style: stateStyles[state] };
}

async function showJob(session: Session, id: string): Promise<ExitCode> {
  const { io } = session;
  const job = valueOf(await session.client.job(id));
  if (session.json) {
    writeJson(io, job);
    return 0;
  }
  io.out(jobsTable(session, [job]));
  if (job.tasks.length > 0) io.out(tasksTable(session, job));
  return 0;
}

function tasksTable({ io }: Session, job: JobDetailView): string {
  const rows = job.tasks.map((task): Cell[] => [
    task.name,
    { text: task.status, style: task.status === 'done' ? 'good' : 'bad' },
    formatNumber(task.attempts),
    formatDuration(task.endedAt - task.startedAt),
    outputText(task),
  ]);
  const columns = [
    { title: 'task' },
    { title: 'end' },
    { title: 'attempts', align: 'right' as const },
    { title: 'took', align: 'right' as const },
    { title: 'outcome' },
  ];
  return renderTable({ columns, rows }, { width: io.columns, color: io.color });
}

function outputText({ output, error }: TaskView): string {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  switch (output?.kind) {
    case undefined:
      return '';
    case 'lookup':
      return `${formatNumber(output.changed)} changed, ${formatNumber(output.unchanged)} unchanged`;
    case 'ingest':
      return `${formatNumber(output.rowCount)} rows, ${formatNumber(output.rejectedCount)} rejected`;
    case 'measure':
      return `${formatNumber(output.rowCount)} rows`;
    case 'query':
      return `${formatNumber(output.queries)} queries, ${formatNumber(output.failed)} failed`;
    case 'evaluate':
      return `${formatNumber(output.results)} results, ${formatNumber(output.alarms)} alarms`;
    case 'notify':
      return `${formatNumber(output.messages)} messages`;
    case 'exercise':
      return `value ${formatNumber(output.value)}`;
  }
}
