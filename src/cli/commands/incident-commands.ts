import { type Command, Option } from 'commander';
import type { Outcome } from '../../base/outcome.ts';
import { collapseLines } from '../../core/incidents/collapse-lines.ts';
import { type IncidentView, type PersonReason, personReasons } from '../../services/quality/incidents.ts';
import type { Client } from '../client.ts';
import {
  type CommandSet,
  type ExitCode,
  type Session,
  tellFailure,
  valueOf,
  writeJson,
} from '../command-set.ts';
import { type Cell, renderTable } from '../render/table.ts';
import { visibleText } from '../render/text-width.ts';
import { timeText } from '../views/time-text.ts';
import { wholeNumber } from './registry-commands.ts';

/** `incidents` and what people do with them. */
export function addIncidentCommands(program: Command, commands: CommandSet): void {
  const incidents = commands
    .service(program, 'incidents', 'list open incidents, newest first')
    .argument('[dataset]', 'only those of this dataset')
    .option('--all', 'resolved ones too')
    .option('--limit <n>', 'how many at most', '50')
    .addHelpText(
      'after',
      `
What a reason teaches the thresholds:
  expected          right, and it may come again    expected_once  right, this one time
  expected_weekly   … on this day of the week       new_normal     a new level from here on
  expected_monthly  … at this time of the month     false_alarm    normal; the value stays in what is learned from
  expected_yearly   … at this time of the year      real_error     wrong data; not learned from
                                                    other          nothing

Examples:
  assay incidents flights
  assay incidents assign 01jd… --to ana@example.org
  assay incidents resolve 01jd… --reason real_error`,
    )
    .action(commands.run(listIncidents));

  commands
    .service(incidents, 'show <id>', 'show an incident with its history')
    .action(commands.run(showIncident));
  addAction(commands.service(incidents, 'ack <id...>', 'say that you have seen incidents')).action(
    commands.run((session, ids: string[], options: { by?: string }) =>
      changeAll(session, {
        ids,
        change: (client, id) => client.acknowledge(id, { by: person(session, options) }),
      }),
    ),
  );
  addAction(commands.service(incidents, 'reopen <id...>', 'take a resolution back')).action(
    commands.run((session, ids: string[], options: { by?: string }) =>
      changeAll(session, {
        ids,
        change: (client, id) => client.reopen(id, { by: person(session, options) }),
      }),
    ),
  );
  addAction(commands.service(incidents, 'assign <id...>', 'give incidents to somebody'))
    .requiredOption('--to <person>', 'who is to deal with them')
    .action(
      commands.run((session, ids: string[], options: { by?: string; to: string }) =>
        changeAll(session, {
          ids,
          change: (client, id) => client.assign(id, { by: person(session, options), to: options.to }),
        }),
      ),
    );
  const reason = new Option('--reason <reason>', 'why; it teaches the thresholds').choices(personReasons);
  addAction(commands.service(incidents, 'resolve <id...>', 'close incidents'))
    .addOption(reason.makeOptionMandatory())
    .action(
      commands.run((session, ids: string[], options: { by?: string; reason: PersonReason }) =>
        changeAll(session, {
          ids,
          change: (client, id) =>
            client.resolve(id, { by: person(session, options), reason: options.reason }),
        }),
      ),
    );
}

function addAction(command: Command): Command {
  return command.option('--by <person>', 'who does it (default: ASSAY_USER, or the name of your account)');
}

function person({ dependencies }: Session, options: { by?: string }): string {
  const { environment } = dependencies;
  return (
    options.by ?? environment['ASSAY_USER'] ?? environment['USER'] ?? environment['USERNAME'] ?? 'somebody'
  );
}

async function listIncidents(
  session: Session,
  dataset: string | undefined,
  options: { all?: boolean; limit: string },
): Promise<ExitCode> {
  const { io } = session;
  const limit = wholeNumber(options.limit, '--limit');
  const view = valueOf(
    await session.client.incidents({ dataset, limit, open: options.all === true ? undefined : true }),
  );
  if (session.json) {
    writeJson(io, view);
    return 0;
  }
  if (view.incidents.length === 0) {
    io.err(options.all === true ? 'there is no incident\n' : 'no incident is open\n');
    return 0;
  }
  io.out(incidentsTable(session, view.incidents));
  return 0;
}

function incidentsTable({ io }: Session, incidents: readonly IncidentView[]): string {
  const rows = incidents.map((incident): Cell[] => [
    incident.id,
    incident.dataset,
    { text: incident.level, style: incident.level === 'fail' ? 'bad' : 'warning' },
    stateText(incident),
    incident.firstPartition,
    incident.title,
  ]);
  const columns = [
    { title: 'incident' },
    { title: 'dataset' },
    { title: 'level' },
    { title: 'state' },
    { title: 'since' },
    { title: 'what' },
  ];
  return renderTable({ columns, rows }, { width: io.columns, color: io.color });
}

function stateText({ state }: IncidentView): string {
  switch (state.state) {
    case 'new':
      return 'new';
    case 'acknowledged':
      return `seen by ${state.by}`;
    case 'assigned':
      return `with ${state.to}`;
    case 'resolved':
      return `resolved: ${state.reason.replace('_', ' ')}`;
  }
}

async function showIncident(session: Session, id: string): Promise<ExitCode> {
  const { io } = session;
  const incident = valueOf(await session.client.incident(id));
  if (session.json) {
    writeJson(io, incident);
    return 0;
  }
  io.out(incidentsTable(session, [incident]));
  for (const { partition, text, open } of collapseLines(incident.lines)) {
    io.out(`  ${partition} ${visibleText(text)}${open ? '' : ' (repaired since)'}
`);
  }
  for (const event of incident.log)
    io.out(`  ${timeText(event.at)} ${visibleText(event.by)}: ${visibleText(event.text)}\n`);
  return 0;
}

async function changeAll(
  session: Session,
  wish: { ids: readonly string[]; change: (client: Client, id: string) => Promise<Outcome<IncidentView>> },
): Promise<ExitCode> {
  const changed: IncidentView[] = [];
  let code: ExitCode = 0;
  for (const id of wish.ids) {
    const outcome = await wish.change(session.client, id);
    if (outcome.ok) {
      changed.push(outcome.value);
      if (!session.json) session.io.out(`${id}: ${stateText(outcome.value)}\n`);
      continue;
    }
    tellFailure(session.io, outcome.error);
    code = 3;
  }
  if (session.json) writeJson(session.io, changed);
  return code;
}
