import type { Failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import { formatNumber } from '../checks/format.ts';
import type { Result, ResultStatus } from '../checks/result.ts';
import { compareResults, countStatuses, isFailing, worstStatus } from '../checks/status.ts';
import { resultSummary } from '../checks/summary.ts';
import { collapseLines } from '../incidents/collapse-lines.ts';
import type { Incident } from '../incidents/incident.ts';
import { lineOf } from '../incidents/incident-lines.ts';
import { incidentTitle } from '../incidents/incident-title.ts';
import type { Message } from './message.ts';

/** The digest of one checked partition: its worst lines, and the incidents that it opened, changed or resolved. */
export function partitionMessage(of: {
  readonly dataset: DatasetName;
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly results: readonly Result[];
  /** Those with a line of this partition. */
  readonly incidents: readonly Incident[];
  /** The incidents of whose end people know. */
  readonly knownResolved?: ReadonlySet<string>;
  readonly at: Instant;
}): Message {
  const { dataset, partition, revision, results, at, knownResolved } = of;
  const status = worstStatus(results.map((result) => result.status));
  const failing = results.filter((result) => isFailing(result.status)).sort(compareResults);
  const title = failing.length === 0 ? quietTitle(of, status) : incidentTitle(titled(of, failing));
  return {
    kind: 'partition_checked',
    dataset,
    partition,
    revision,
    status,
    title,
    lines: bounded(failingLines(failing)),
    counts: countStatuses(results),
    incidents: incidentViews(of.incidents, { partition, revision, knownResolved }),
    at,
  };
}

type Counts = Readonly<Record<ResultStatus, number>>;

/** A partition of a backfill: how many results of each status it has, and those that fail. */
export type BackfilledPartition = {
  readonly partition: PartitionKey;
  readonly counts: Counts;
  readonly failing: readonly Result[];
};

/** The one message of a whole backfill: how much was learned, and where the history alarms. */
export function backfillMessage(of: {
  readonly dataset: DatasetName;
  /** In partition order. */
  readonly partitions: readonly BackfilledPartition[];
  readonly incidents: readonly Incident[];
  readonly at: Instant;
}): Message {
  const { dataset, partitions, at } = of;
  const alarming = partitions.filter(({ failing }) => failing.length > 0);
  // What could not be read has an error and nothing else: nothing was learned from it.
  const learned = partitions.filter(({ counts }) => counts.error < totalOf(counts));
  const [first, last] = [learned[0]?.partition, learned.at(-1)?.partition];
  const frame = first === undefined || last === undefined ? '' : `, ${first} to ${last}`;
  const alarms =
    alarming.length === 0 ? 'no alarm in them' : `alarms in ${formatNumber(alarming.length)} of them`;
  const lines = alarming.toReversed().flatMap(({ partition, failing }) => {
    const [worst] = failingLines(failing.toSorted(compareResults));
    if (worst === undefined) return [];
    const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
    return [`${partition}: ${worst}${more}`];
  });
  return {
    kind: 'backfill_finished',
    dataset,
    // The past is over: what counts is the state of the last partition.
    status: worstStatus(statusesOf(partitions.at(-1)?.counts)),
    title: `${dataset}: learned from ${plural(learned.length, 'partition')}${frame}; ${alarms}`,
    lines: bounded(lines),
    counts: partitions.reduce((sum, { counts }) => addCounts(sum, counts), countStatuses([])),
    incidents: incidentViews(of.incidents),
    at,
  };
}

function statusesOf(counts: Counts | undefined): ResultStatus[] {
  const statuses: readonly ResultStatus[] = ['pass', 'warn', 'fail', 'error', 'not_evaluated'];
  return counts === undefined ? [] : statuses.filter((status) => counts[status] > 0);
}

function totalOf({ pass, warn, fail, error, not_evaluated: open }: Counts): number {
  return pass + warn + fail + error + open;
}

function addCounts(a: Counts, b: Counts): Record<ResultStatus, number> {
  return {
    pass: a.pass + b.pass,
    warn: a.warn + b.warn,
    fail: a.fail + b.fail,
    error: a.error + b.error,
    not_evaluated: a.not_evaluated + b.not_evaluated,
  };
}

/** Says that a partition could not be read at all. */
export function failureMessage(of: {
  readonly dataset: DatasetName;
  readonly partition: PartitionKey;
  readonly failure: Failure;
  readonly incidents: readonly Incident[];
  readonly at: Instant;
}): Message {
  const { dataset, partition, at } = of;
  const { code, message, hint, where, causes = [] } = of.failure;
  const lines = [
    `${code}: ${message}`,
    ...(where === undefined ? [] : [`where: ${where}`]),
    ...(hint === undefined ? [] : [`what to do: ${hint}`]),
    ...causes.map((cause) => `caused by: ${cause}`),
  ];
  return {
    kind: 'ingest_failed',
    dataset,
    partition,
    status: 'error',
    title: `${dataset} ${partition}: could not be read: ${message}`,
    lines: bounded(lines),
    counts: countStatuses([{ status: 'error' }]),
    incidents: incidentViews(of.incidents),
    at,
  };
}

/** Failing results collapsed by column, the worst first. */
function failingLines(failing: readonly Result[]): string[] {
  const lines = failing.flatMap((result) => lineOf(result) ?? []);
  return collapseLines(lines).map(({ status, text }) => `${status}: ${text}`);
}

function titled(
  { dataset, partition }: { dataset: DatasetName; partition: PartitionKey },
  failing: readonly Result[],
): Pick<Incident, 'dataset' | 'firstPartition' | 'lines'> {
  return { dataset, firstPartition: partition, lines: failing.flatMap((result) => lineOf(result) ?? []) };
}

function quietTitle(
  {
    dataset,
    partition,
    results,
  }: { dataset: DatasetName; partition: PartitionKey; results: readonly Result[] },
  status: ResultStatus,
): string {
  const rows = results.find(({ check }) => check === 'row_count');
  const size = rows === undefined ? '' : `, ${resultSummary(rows).replace(/;.*/, '')}`;
  const word = status === 'pass' ? 'all checks pass' : 'nothing could be judged yet';
  return `${dataset} ${partition}: ${word}${size}`;
}

type Checked = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly knownResolved: ReadonlySet<string> | undefined;
};

/** With `checked`, also what the check of that revision did to them. */
function incidentViews(incidents: readonly Incident[], checked?: Checked): Message['incidents'] {
  return incidents.slice(0, limits.messageLinesMax).map((incident) => {
    const event = checked === undefined ? undefined : eventOf(incident, checked);
    return {
      id: incident.id,
      state: incident.state.state,
      title: incidentTitle(incident),
      ...(event === undefined ? {} : { event }),
    };
  });
}

function eventOf(
  { id, state, lines, firstPartition, openedAt, updatedAt }: Incident,
  { partition, revision, knownResolved }: Checked,
): 'opened' | 'changed' | 'resolved' | undefined {
  if (state.state === 'resolved') {
    return state.reason === 'restated' && knownResolved?.has(id) !== true ? 'resolved' : undefined;
  }
  const isOfCheck = lines.some((line) => line.partition === partition && line.revision === revision);
  if (!isOfCheck) return 'changed';
  return firstPartition === partition && openedAt === updatedAt ? 'opened' : 'changed';
}

/** At most 20 lines; the last one says how many there are beyond. */
function bounded(lines: readonly string[]): string[] {
  const most = limits.messageLinesMax;
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most - 1), `and ${formatNumber(lines.length - most + 1)} more`];
}

function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}
