import type { DatasetView } from '../../../../src/services/registry/registry.ts';

/** What a dataset wants of people. */
export type Attention = 'failing' | 'warning' | 'passing' | 'waiting';

export const attentions = [
  { value: 'failing', label: 'Failing', ink: 'var(--status-fail)' },
  { value: 'warning', label: 'Warning', ink: 'var(--status-warn)' },
  { value: 'passing', label: 'Passing', ink: 'var(--status-pass)' },
  { value: 'waiting', label: 'Not checked', ink: 'var(--status-none)' },
] as const satisfies readonly { value: Attention; label: string; ink: string }[];

export type Filter = { readonly text: string; readonly state: Attention | 'all' };

/** Open incidents and bad verdicts first come to mind; a dataset without a verdict waits for its first one. */
export function attentionOf({ lastPartition, incidentsOpen }: DatasetView): Attention {
  const status = lastPartition?.status;
  if (status === 'fail' || status === 'error' || incidentsOpen > 0) return 'failing';
  if (status === 'warn') return 'warning';
  return status === undefined ? 'waiting' : 'passing';
}

/** How many datasets want what. */
export function countByAttention(datasets: readonly DatasetView[]): Readonly<Record<Attention, number>> {
  const counts = { failing: 0, warning: 0, passing: 0, waiting: 0 };
  for (const dataset of datasets) counts[attentionOf(dataset)] += 1;
  return counts;
}

const order: Readonly<Record<Attention, number>> = { failing: 0, warning: 1, waiting: 2, passing: 3 };

/** The ones that want something first, then by name. */
export function sorted(datasets: readonly DatasetView[]): readonly DatasetView[] {
  return datasets.toSorted(
    (a, b) =>
      order[attentionOf(a)] - order[attentionOf(b)] ||
      b.incidentsOpen - a.incidentsOpen ||
      (a.dataset < b.dataset ? -1 : 1),
  );
}

export function matching(datasets: readonly DatasetView[], { text, state }: Filter): readonly DatasetView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return datasets.filter((each) => {
    if (state !== 'all' && attentionOf(each) !== state) return false;
    const haystack = `${each.dataset} ${each.owner} ${each.description ?? ''}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
