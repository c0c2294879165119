import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Standing } from '../../../src/core/access/identity.ts';
import type { NotedEntry } from '../../../src/ports/access-store.ts';
import type { PartitionSummary } from '../../../src/ports/revision-store.ts';
import type { ApiKeyView } from '../../../src/services/access/api-keys.ts';
import type { MemberView } from '../../../src/services/access/members.ts';
import type { UserView } from '../../../src/services/access/users.ts';
import type { ClusterStateView } from '../../../src/services/cluster/cluster-views.ts';
import type { ClusterEventsView } from '../../../src/services/cluster/cluster-watch.ts';
import type { BackfillView } from '../../../src/services/ingestion/backfills.ts';
import type { JobView } from '../../../src/services/ingestion/job-history.ts';
import type { NotificationView } from '../../../src/services/notification/notification-history.ts';
import type { ExplanationView } from '../../../src/services/quality/explain.ts';
import type { IncidentView } from '../../../src/services/quality/incidents.ts';
import type { ReplayView } from '../../../src/services/quality/replays.ts';
import type { DetailsView, ResultsView, SeriesView } from '../../../src/services/quality/results.ts';
import type { SuggestionsView } from '../../../src/services/quality/suggestions.ts';
import type { PartitionView, SchemaHistoryView } from '../../../src/services/registry/partition-history.ts';
import type { DatasetDetailView } from '../../../src/services/registry/registry.ts';
import { unlessTold } from '../live/live-state.ts';
import { act, read, readHealth } from './request.ts';

const soon = 10_000;
const now = 2_000;

const pageSize = 1_000;

export const dataset = (name: string) =>
  queryOptions({
    queryKey: ['dataset', name],
    queryFn: ({ signal }) =>
      read<DatasetDetailView & { readonly standing?: Standing }>(
        `/datasets/${encodeURIComponent(name)}`,
        {},
        signal,
      ),
    refetchInterval: unlessTold(soon),
  });

/** The newest partitions of a dataset. */
export const partitions = (name: string) =>
  queryOptions({
    queryKey: ['partitions', name],
    queryFn: async ({ signal }) => {
      const path = `/datasets/${encodeURIComponent(name)}/partitions`;
      const page = await read<{ partitions: PartitionSummary[] }>(path, { limit: pageSize }, signal);
      return page.partitions;
    },
    refetchInterval: unlessTold(soon),
  });

/** A partition with its revisions. */
export const partition = (dataset: string, key: string) =>
  queryOptions({
    queryKey: ['partition', dataset, key],
    queryFn: ({ signal }) =>
      read<PartitionView>(
        `/datasets/${encodeURIComponent(dataset)}/partitions/${encodeURIComponent(key)}`,
        {},
        signal,
      ),
  });

/** What a partition holds beside numbers. */
export const details = (dataset: string, key: string) =>
  queryOptions({
    queryKey: ['details', dataset, key],
    queryFn: ({ signal }) =>
      read<DetailsView>(`/datasets/${encodeURIComponent(dataset)}/details`, { partition: key }, signal),
  });

/** The columns that partitions had. */
export const schemas = (name: string) =>
  queryOptions({
    queryKey: ['schemas', name],
    queryFn: ({ signal }) =>
      read<SchemaHistoryView>(`/datasets/${encodeURIComponent(name)}/schemas`, {}, signal),
  });

/** The results of one partition, or of the newest one, each with the last values of its metric. */
export const results = (name: string, partition: string | undefined) =>
  queryOptions({
    queryKey: ['results', name, partition ?? 'latest'],
    queryFn: ({ signal }) =>
      read<ResultsView>(
        `/datasets/${encodeURIComponent(name)}/results`,
        { ...(partition === undefined ? { latest: true } : { partition }), limit: pageSize, history: 60 },
        signal,
      ),
  });

export const series = (name: string, metric: string, limit = 400) =>
  queryOptions({
    queryKey: ['series', name, metric, limit],
    queryFn: ({ signal }) =>
      read<SeriesView>(
        `/datasets/${encodeURIComponent(name)}/metrics/${encodeURIComponent(metric)}`,
        { limit },
        signal,
      ),
  });

/** What is normal for the next partition, by metric: the policy in force is replayed with all that people said so far. */
export const outlook = (name: string, metrics: readonly string[]) =>
  queryOptions({
    queryKey: ['outlook', name, ...metrics],
    queryFn: async () => {
      const path = `/datasets/${encodeURIComponent(name)}/replay`;
      const replay = await act<ReplayView>('POST', path, { metrics });
      return Object.fromEntries(
        replay.metrics.flatMap(({ metric, next }) => (next === undefined ? [] : [[metric, next]])),
      );
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const explanation = (id: string) =>
  queryOptions({
    queryKey: ['explanation', id],
    queryFn: ({ signal }) =>
      read<ExplanationView>(`/results/${encodeURIComponent(id)}/explanation`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Incidents, newest first. */
export const incidents = (filter: { dataset?: string; open?: boolean }) =>
  queryOptions({
    queryKey: ['incidents', filter],
    queryFn: ({ signal }) =>
      read<{ incidents: IncidentView[] }>('/incidents', { ...filter, limit: 500 }, signal),
    refetchInterval: unlessTold(soon),
  });

export const openIncidents = incidents({ open: true });

export const incident = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: ({ signal }) => read<IncidentView>(`/incidents/${encodeURIComponent(id)}`, {}, signal),
  });

/** Jobs, newest first. */
export const jobs = (filter: { dataset?: string; open?: boolean }) =>
  queryOptions({
    queryKey: ['jobs', filter],
    queryFn: ({ signal }) => read<{ jobs: JobView[] }>('/jobs', { ...filter, limit: 200 }, signal),
    refetchInterval: unlessTold(now),
  });

export const backfills = (filter: { dataset?: string }) =>
  queryOptions({
    queryKey: ['backfills', filter],
    queryFn: ({ signal }) =>
      read<{ backfills: BackfillView[] }>('/backfills', { ...filter, limit: 50 }, signal),
    refetchInterval: unlessTold(now),
  });

export const backfill = (id: string) =>
  queryOptions({
    queryKey: ['backfill', id],
    queryFn: ({ signal }) => read<BackfillView>(`/backfills/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: unlessTold(now),
  });

/** Both clusters as they are now. */
export const clusters = queryOptions({
  queryKey: ['clusters'],
  queryFn: ({ signal }) => read<{ clusters: ClusterStateView[] }>('/clusters', {}, signal),
  // Loads change all the time, and no event tells them.
  refetchInterval: now,
});

/** What happened in a cluster, newest first. */
export const clusterEvents = (cluster: string) =>
  queryOptions({
    queryKey: ['cluster events', cluster],
    queryFn: ({ signal }) =>
      read<ClusterEventsView>(`/clusters/${encodeURIComponent(cluster)}/events`, { limit: 50 }, signal),
    refetchInterval: unlessTold(now),
  });

/** Checks that the past speaks for. */
export const suggestions = (name: string) =>
  queryOptions({
    queryKey: ['suggestions', name],
    queryFn: ({ signal }) =>
      read<SuggestionsView>(`/datasets/${encodeURIComponent(name)}/suggestions`, {}, signal),
    staleTime: 60_000,
  });

type NotificationPage = { readonly notifications: readonly NotificationView[]; readonly nextCursor?: string };

/** What was told about one dataset or all, newest first, a page at a time. */
export const notifications = ({ dataset: name, state }: { dataset?: string; state?: string }) =>
  infiniteQueryOptions({
    queryKey: ['notifications', ...(name === undefined ? [] : [name]), { state }],
    queryFn: ({ signal, pageParam }) => {
      const path = name === undefined ? '' : `/datasets/${encodeURIComponent(name)}`;
      return read<NotificationPage>(`${path}/notifications`, { state, limit: 50, cursor: pageParam }, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: unlessTold(soon),
  });

/** How the service is. */
export const health = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => readHealth(signal),
  refetchInterval: soon,
});

/** One's own keys, or those of everybody. */
export const apiKeys = (all: boolean) =>
  queryOptions({
    queryKey: ['keys', { all }],
    queryFn: ({ signal }) => read<{ keys: readonly ApiKeyView[] }>('/keys', all ? { all } : {}, signal),
  });

type UserPage = { readonly users: readonly UserView[]; readonly nextCursor?: string };

export const users = infiniteQueryOptions({
  queryKey: ['users'],
  queryFn: ({ signal, pageParam }) => read<UserPage>('/users', { limit: 200, cursor: pageParam }, signal),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
});

export const members = (name: string) =>
  queryOptions({
    queryKey: ['members', name],
    queryFn: ({ signal }) =>
      read<{ members: readonly MemberView[] }>(`/datasets/${encodeURIComponent(name)}/members`, {}, signal),
  });

type AuditPage = { readonly entries: readonly NotedEntry[]; readonly nextCursor?: string };

/** Who changed what, newest first. */
export const audit = (filter: Readonly<Record<string, string>>) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      read<AuditPage>('/audit', { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
