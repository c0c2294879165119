import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';
import type { Attention, OverviewSort, OverviewView } from '../../../../src/services/registry/overview.ts';
import { read } from '../../api/request.ts';
import { unlessTold } from '../../live/live-state.ts';

/** What is shown of all datasets, and in which order. */
export type OverviewFilter = {
  readonly search: string;
  readonly attention: Attention | undefined;
  readonly sort: OverviewSort;
  readonly order: 'asc' | 'desc';
};

type Page = OverviewView & { readonly nextCursor?: string };

/** A line of the overview. */
export type Line = Page['datasets'][number];

const pageSize = 100;
const soon = 10_000;
const minute = 60_000;

/** Datasets page by page, as many as somebody scrolls to. */
export const overview = (filter: OverviewFilter) =>
  infiniteQueryOptions({
    queryKey: ['datasets', 'list', 'overview', filter],
    queryFn: ({ pageParam, signal }) =>
      read<Page>('/overview', { ...filter, limit: pageSize, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }: Page) => nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: unlessTold(soon),
  });

/** The last partitions of those datasets that are to be seen. */
export const histories = (names: readonly string[]) =>
  queryOptions({
    queryKey: ['datasets', 'histories', names],
    queryFn: async ({ signal }) => {
      const asked = { datasets: names.join(',') };
      type Answer = { readonly histories: Readonly<Record<string, readonly PartitionSummary[]>> };
      return (await read<Answer>('/overview/histories', asked, signal)).histories;
    },
    staleTime: minute,
    refetchInterval: unlessTold(minute),
  });
