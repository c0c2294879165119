import { queryOptions } from '@tanstack/react-query';
import type { KeptDrill } from '../../../../src/core/drills/kept-drill.ts';
import type { DrillLine } from '../../../../src/ports/drill-reports.ts';
import type { ResilienceView } from '../../../../src/services/cluster/resilience.ts';
import type { SourceView } from '../../../../src/services/ingestion/sources.ts';
import { read } from '../../api/request.ts';

const soon = 5_000;

export const resilience = queryOptions({
  queryKey: ['resilience'],
  queryFn: ({ signal }) => read<ResilienceView>('/resilience', {}, signal),
  // Loads change all the time, and no event tells them.
  refetchInterval: soon,
});

/** For administrators alone. */
export const sources = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => read<{ sources: readonly SourceView[] }>('/sources', {}, signal),
  refetchInterval: soon,
  retry: false,
});

export const drills = queryOptions({
  queryKey: ['drills'],
  queryFn: ({ signal }) => read<{ reports: readonly DrillLine[] }>('/drill-reports', {}, signal),
  refetchInterval: 60_000,
});

export const drill = (id: string) =>
  queryOptions({
    queryKey: ['drill', id],
    queryFn: ({ signal }) =>
      read<KeptDrill & { readonly id: string }>(`/drill-reports/${encodeURIComponent(id)}`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
