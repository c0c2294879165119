import type { ResultStatus } from '../checks/result.ts';
import type { Message } from './message.ts';
import type { OperatorMessage } from './operator-message.ts';

/** A message in the parts that every form for people has: plain text of one line each, without control characters. */
export type Rendering = {
  /** The status by sign and word: `✗ fail`. */
  readonly mark: string;
  readonly title: string;
  readonly lines: readonly string[];
  /** Counts of results, and the incidents. */
  readonly notes: readonly string[];
  /** Where the service's page shows more. */
  readonly link?: string;
};

/** How much a service takes: characters (UTF-16 units) of the title, of each line, and of all lines together. */
export type Bounds = {
  readonly titleMax: number;
  readonly lineMax: number;
  readonly linesMax: number;
};

const marks = {
  pass: '✓ pass',
  warn: '▲ warn',
  fail: '✗ fail',
  error: '! error',
  not_evaluated: '· not evaluated',
} as const satisfies Record<ResultStatus, string>;

const incidentsShown = 5;

/** Says a message within bounds. `publicUrl` is the address of the page, without a slash at the end. */
export function renderMessage(
  message: Message | OperatorMessage,
  bounds: Bounds,
  publicUrl?: string,
): Rendering {
  return {
    mark: marks[message.status],
    title: shortened(message.title, bounds.titleMax),
    lines: fitting(
      message.lines.map((line) => shortened(line, bounds.lineMax)),
      bounds.linesMax,
    ),
    notes: notesOf(message)
      .filter((note) => note !== '')
      .map((note) => shortened(note, bounds.lineMax)),
    ...(publicUrl === undefined || message.kind === 'operator_error'
      ? {}
      : { link: `${publicUrl}${pathOf(message)}` }),
  };
}

function notesOf(message: Message | OperatorMessage): readonly string[] {
  if (message.kind === 'operator_error') return [];
  return [countsText(message.counts), ...incidentNotes(message)];
}

/** The incident if there is one to look at, else the dataset. */
function pathOf({ dataset, incidents }: Message): string {
  const [only, ...others] = incidents;
  return only !== undefined && others.length === 0
    ? `/incidents/${encodeURIComponent(only.id)}`
    : `/datasets/${encodeURIComponent(dataset)}`;
}

function countsText(counts: Message['counts']): string {
  const words = { error: 'error', fail: 'fail', warn: 'warn', pass: 'pass', not_evaluated: 'not evaluated' };
  const statuses: readonly ResultStatus[] = ['error', 'fail', 'warn', 'pass', 'not_evaluated'];
  const said = statuses.filter((status) => counts[status] > 0);
  return said.length === 0
    ? ''
    : `checks: ${said.map((status) => `${counts[status]} ${words[status]}`).join(', ')}`;
}

function incidentNotes({ incidents, title }: Message): string[] {
  const notes = incidents.slice(0, incidentsShown).map((incident) => {
    const about = incident.title === title ? '' : `: ${incident.title}`;
    return `incident ${incident.id} (${incident.event ?? incident.state})${about}`;
  });
  const more = incidents.length - notes.length;
  return more > 0 ? [...notes, `and ${more} more incidents`] : notes;
}

/** One line of at most `max` characters; never ends in half of one. */
function shortened(text: string, max: number): string {
  const plain = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .toWellFormed()
    .trim();
  return plain.length <= max ? plain : `${plain.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** As many lines as there is room for; the last one says how many are left out. */
function fitting(lines: readonly string[], charactersMax: number): string[] {
  const room = charactersMax - 20;
  let used = 0;
  const kept: string[] = [];
  for (const line of lines) {
    if (used + line.length > room) break;
    kept.push(line);
    used += line.length + 1;
  }
  return kept.length === lines.length ? kept : [...kept, `and ${lines.length - kept.length} more`];
}
