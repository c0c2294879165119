import { type Command, Option } from 'commander';
import { windowGrains } from '../../core/datasets/sub-windows.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { windowsText } from '../views/window-text.ts';
import { whileWaiting } from '../while-waiting.ts';

type WindowOptions = {
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
  readonly column?: string;
  readonly metric?: readonly string[];
};

/** `window`. */
export function addWindowCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'window <dataset>', 'show the metrics of many partitions together')
    .option('--from <key>', 'from this partition on, or part of its key, such as 2001-03')
    .option('--to <key>', 'up to this partition, inclusive')
    .addOption(new Option('--by <time>', 'one line for each; weeks begin on Monday').choices(windowGrains))
    .option('--column <name>', 'only this column')
    .option('--metric <key...>', 'these metrics, such as delay.avg; also any percentile, such as delay.p99.9')
    .addHelpText(
      'after',
      `
No data are read: what is stored of each partition is merged. Metrics are exact, or within the error that they state.

Examples:
  assay window flights --from 2001-01 --to 2001-03
  assay window flights --by month --metric row_count delay.avg delay.p95
  assay window flights --by week --metric 'delay.avg[origin=SFO]' --json
Exit code: 0, or 3 error.`,
    )
    .action(commands.run(showWindow));
}

async function showWindow(session: Session, dataset: string, options: WindowOptions): Promise<ExitCode> {
  const { io, client } = session;
  const { metric, ...frame } = options;
  const answer = client.window(dataset, {
    from: frame.from,
    to: frame.to,
    by: frame.by,
    column: frame.column,
    metrics: metric?.join(','),
  });
  const view = valueOf(await whileWaiting(session, `merging ${dataset}`, answer));
  if (session.json) writeJson(io, view);
  else io.out(windowsText(view, { metrics: metric ?? [], width: io.columns, color: io.color }));
  return 0;
}
