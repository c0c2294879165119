import type { QueryKey } from '@tanstack/react-query';
import type { StreamEvent } from './event-text.ts';

/** What an event makes stale: the first parts of the keys of answers; `everything` where nobody knows. */
export type Stale = readonly QueryKey[] | 'everything';

type Subject = Readonly<Record<'dataset' | 'partition' | 'incident' | 'cluster', string | undefined>>;

/** Which answers have to be read again after an event. */
export function staleAfter({ name, data }: StreamEvent): Stale {
  if (name === 'reset') return 'everything';
  const { dataset, partition, incident, cluster } = subjectOf(data);
  switch (name) {
    case 'dataset.changed':
      return [['datasets', 'list'], ...of(dataset, ['dataset', 'members', 'results', 'outlook'])];
    case 'partition.changed':
      return [
        ['datasets'],
        ...of(dataset, ['dataset', 'partitions', 'results', 'series', 'schemas', 'outlook', 'notifications']),
        ['explanation'],
        ...['partition', 'details'].map((one) => [one, dataset, partition].filter(isKnown)),
      ];
    case 'incident.changed':
      return [
        ['datasets', 'list'],
        ['incidents'],
        ['notifications'],
        ['incident', incident].filter(isKnown),
        ...of(dataset, ['dataset', 'outlook']),
      ];
    case 'job.changed':
      return [['jobs'], ['backfills']];
    case 'cluster.changed':
      return [['clusters'], ['cluster events', cluster].filter(isKnown)];
    default:
      return [];
  }
}

function of(dataset: string | undefined, kinds: readonly string[]): readonly QueryKey[] {
  return kinds.map((kind) => [kind, dataset].filter(isKnown));
}

function isKnown(part: string | undefined): part is string {
  return part !== undefined;
}

function subjectOf(data: string): Partial<Subject> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Partial<Subject>) : {};
  } catch {
    return {};
  }
}
