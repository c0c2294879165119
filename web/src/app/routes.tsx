import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { OverviewPage } from '../pages/overview/overview-page.tsx';
import { NotFound } from './not-found.tsx';

const DatasetPage = lazy(async () => ({
  default: (await import('../pages/dataset/dataset-page.tsx')).DatasetPage,
}));
const PartitionPage = lazy(async () => ({
  default: (await import('../pages/dataset/partition-page.tsx')).PartitionPage,
}));
const IncidentsPage = lazy(async () => ({
  default: (await import('../pages/incidents/incidents-page.tsx')).IncidentsPage,
}));
const IncidentPage = lazy(async () => ({
  default: (await import('../pages/incidents/incident-page.tsx')).IncidentPage,
}));
const ActivityPage = lazy(async () => ({
  default: (await import('../pages/activity/activity-page.tsx')).ActivityPage,
}));
const BackfillPage = lazy(async () => ({
  default: (await import('../pages/activity/backfill-page.tsx')).BackfillPage,
}));

const ClusterPage = lazy(async () => ({
  default: (await import('../pages/cluster/cluster-page.tsx')).ClusterPage,
}));
const ResiliencePage = lazy(async () => ({
  default: (await import('../pages/resilience/resilience-page.tsx')).ResiliencePage,
}));
const DrillPage = lazy(async () => ({
  default: (await import('../pages/resilience/drill-page.tsx')).DrillPage,
}));
const OnboardPage = lazy(async () => ({
  default: (await import('../pages/onboard/onboard-page.tsx')).OnboardPage,
}));

const NotificationsPage = lazy(async () => ({
  default: (await import('../pages/notifications/notifications-page.tsx')).NotificationsPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import('../pages/settings/settings-page.tsx')).SettingsPage,
}));

/** What is shown at which address. Every state that people would send to each other is in the address. */
export function Routes() {
  return (
    <Suspense fallback={<Waiting />}>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/datasets/:dataset/partitions/:partition">
          {({ dataset, partition }) => <PartitionPage dataset={dataset} partition={partition} />}
        </Route>
        <Route path="/datasets/:dataset/*?">
          {({ dataset, '*': tab }) => <DatasetPage dataset={dataset} tab={tab ?? ''} />}
        </Route>
        <Route path="/incidents" component={IncidentsPage} />
        <Route path="/incidents/:id">{({ id }) => <IncidentPage id={id} />}</Route>
        <Route path="/activity" component={ActivityPage} />
        <Route path="/activity/backfills/:id">{({ id }) => <BackfillPage id={id} />}</Route>
        <Route path="/cluster" component={ClusterPage} />
        <Route path="/resilience" component={ResiliencePage} />
        <Route path="/resilience/drills/:id">{({ id }) => <DrillPage id={id} />}</Route>
        <Route path="/new" component={OnboardPage} />
        <Route path="/notifications" component={NotificationsPage} />
        <Route path="/settings/*?">{({ '*': tab }) => <SettingsPage tab={tab ?? ''} />}</Route>
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  );
}

function Waiting() {
  return (
    <Center h={240}>
      <Loader role="status" aria-label="Loading" />
    </Center>
  );
}
