import { Anchor, Badge, Breadcrumbs, Group, Skeleton, Stack, Tabs, Text, Title } from '@mantine/core';
import { usePrefetchQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { dataset as datasetQuery, partitions, results } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { useChosenTabInSight } from '../../parts/use-chosen-tab-in-sight.ts';
import { useSession } from '../../session/session.ts';
import { ChecksTab } from './checks-tab.tsx';
import { IncidentsTab } from './incidents-tab.tsx';
import { NotificationsTab } from './notifications-tab.tsx';
import { PartitionsTab } from './partitions-tab.tsx';
import { SchemaTab } from './schema-tab.tsx';
import { SummaryTab } from './summary-tab.tsx';

// Editing a policy reads and writes definitions: much that nobody needs who only looks.
const PolicyTab = lazy(async () => ({ default: (await import('./policy/policy-tab.tsx')).PolicyTab }));

const MembersTab = lazy(async () => ({ default: (await import('./members-tab.tsx')).MembersTab }));
const SettingsTab = lazy(async () => ({ default: (await import('./settings-tab.tsx')).SettingsTab }));

const tabs = [
  { value: 'summary', label: 'Summary', Panel: SummaryTab },
  { value: 'checks', label: 'Checks', Panel: ChecksTab },
  { value: 'partitions', label: 'Partitions', Panel: PartitionsTab },
  { value: 'schema', label: 'Schema', Panel: SchemaTab },
  { value: 'incidents', label: 'Incidents', Panel: IncidentsTab },
  { value: 'policy', label: 'Policy', Panel: PolicyTab, isForOwners: true },
  { value: 'notifications', label: 'Notifications', Panel: NotificationsTab, isForOwners: true },
  { value: 'settings', label: 'Settings', Panel: SettingsTab },
] as const;

/** Only where people have roles. */
const accessTab = { value: 'access', label: 'Access', Panel: MembersTab, isForOwners: true } as const;

/** One dataset, in tabs that have addresses of their own. */
export function DatasetPage({ dataset, tab }: { readonly dataset: string; readonly tab: string }) {
  const [, go] = useLocation();
  const query = useQuery(datasetQuery(dataset));
  // What most tabs show is asked for at once, not after the dataset itself has come.
  usePrefetchQuery(partitions(dataset));
  usePrefetchQuery(results(dataset, undefined));
  const session = useSession();
  const isFollower = query.data?.standing === 'follower';
  const open = [...tabs, ...(session.access === 'on' ? [accessTab] : [])].filter(
    (tab) => !(isFollower && 'isForOwners' in tab),
  );
  const current = open.find(({ value }) => value === tab) ?? tabs[0];
  const list = useChosenTabInSight(current.value);
  const base = `/datasets/${encodeURIComponent(dataset)}`;
  return (
    <Stack gap="md">
      <title>{`${dataset} · Assay`}</title>
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/">
          Datasets
        </Anchor>
        <Text>{dataset}</Text>
      </Breadcrumbs>
      <Answer query={query} height={420}>
        {(view) => (
          <>
            <Head dataset={view} />
            <Tabs
              value={current.value}
              onChange={(value) => go(value === 'summary' || value === null ? base : `${base}/${value}`)}
              keepMounted={false}
            >
              <Tabs.List mb="md" className="tabs" ref={list}>
                {open.map(({ value, label }) => (
                  <Tabs.Tab key={value} value={value}>
                    {label}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              {open.map(({ value, Panel }) => (
                <Tabs.Panel key={value} value={value}>
                  <Suspense
                    fallback={<Skeleton height={300} radius="md" role="status" aria-label="Loading" />}
                  >
                    <Panel dataset={view} />
                  </Suspense>
                </Tabs.Panel>
              ))}
            </Tabs>
          </>
        )}
      </Answer>
    </Stack>
  );
}

/** Which dataset it is, how it is, and whose. */
function Head({ dataset: view }: { readonly dataset: DatasetDetailView }) {
  return (
    <Stack gap={4}>
      <Group gap="sm">
        <Title order={2}>{view.dataset}</Title>
        <StatusMark status={view.lastPartition?.status} size="md" />
        {view.incidentsOpen > 0 ? (
          <Badge color="red" variant="light" tt="none">
            {view.incidentsOpen} open {view.incidentsOpen === 1 ? 'incident' : 'incidents'}
          </Badge>
        ) : null}
      </Group>
      <Text className="quiet wrap" lineClamp={4}>
        {view.description === undefined ? null : (
          <>
            <bdi>{view.description}</bdi> ·{' '}
          </>
        )}
        owner <bdi>{view.owner}</bdi>
      </Text>
    </Stack>
  );
}
