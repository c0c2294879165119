import type { ClusterName } from '../../base/ids.ts';
import { shownWork, sightOf } from '../../core/access/sight.ts';
import type { Change, ChangePosition } from '../../ports/change-log.ts';
import type { BackfillView } from '../../services/ingestion/backfills.ts';

/** Something that listeners are told. It says what to read again; what it is now, the other routes say. */
export type LiveEvent = {
  /** Absent: it concerns everybody. */
  readonly dataset?: string;
  /** The event in the form of a stream of server-sent events. */
  readonly text: string;
  /** The same for those who see no texts of errors, where it is another one. */
  readonly plainText?: string;
};

const plainSight = sightOf('follower', {});

const subjectNames = {
  dataset: undefined,
  partition: 'partition',
  incident: 'incident',
  job: 'job',
} as const;

/** The events of changes, each thing once. */
export function changeEvents(changes: readonly Change[]): readonly LiveEvent[] {
  const events = new Map<string, LiveEvent>();
  for (const { kind, dataset, subject } of changes) {
    const name = subjectNames[kind];
    const data = { dataset, ...(name === undefined || subject === undefined ? {} : { [name]: subject }) };
    const text = eventText(`${kind}.changed`, data);
    events.set(text, { dataset, text });
  }
  return [...events.values()];
}

export function progressEvent(view: BackfillView): LiveEvent {
  const plain = shownWork(view, plainSight);
  return {
    dataset: view.dataset,
    text: eventText('backfill.progress', view),
    plainText: eventText('backfill.progress', plain),
  };
}

export function clusterEvent(cluster: ClusterName): LiveEvent {
  return { text: eventText('cluster.changed', { cluster }) };
}

/** From now on everything is told; what was before is to be read. */
export const readyEvent: LiveEvent = { text: eventText('ready', {}) };

/** What happened meanwhile is not known any more: everything is to be read again. */
export const resetEvent: LiveEvent = {
  text: eventText('reset', { reason: 'the position is older than what is remembered' }),
};

/** The last event of a listener who does not read. */
export const droppedEvent: LiveEvent = {
  text: eventText('dropped', { reason: 'events were read too slowly; come back with the last id' }),
};

/** Tells the place to come back to, without an event; also a sign of life. */
export function positionText(position: ChangePosition): string {
  return `id: ${position}\n\n`;
}

/** The position in a `Last-Event-ID`; -1, which nothing is remembered of, for a text that is none. */
export function readPosition(id: string): ChangePosition {
  return /^\d{1,15}$/.test(id) ? Number(id) : -1;
}

function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
