import { Button, Center, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { notifications } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { NotificationList } from './notification-list.tsx';

const states = [
  { value: 'all', label: 'All' },
  { value: 'pending', label: 'On their way' },
  { value: 'given_up', label: 'Given up' },
] as const;

/** What was told about all datasets, or is yet to be told. */
export function NotificationsPage() {
  return (
    <Stack gap="md">
      <title>Notifications · Assay</title>
      <Title order={2}>Notifications</Title>
      <Notifications />
    </Stack>
  );
}

/** The notifications of one dataset, or of all; which ones is in the address. */
export function Notifications({ dataset }: { readonly dataset?: string }) {
  const [search, setSearch] = useSearchParams();
  const state = states.find(({ value }) => value === search.get('state'))?.value ?? 'all';
  const query = useInfiniteQuery(
    notifications({
      ...(dataset === undefined ? {} : { dataset }),
      ...(state === 'all' ? {} : { state }),
    }),
  );
  return (
    <Stack gap="sm">
      {dataset === undefined ? (
        <Group justify="space-between" gap="sm">
          <Text className="quiet" size="sm">
            Who is told, and when, stands in each dataset's settings.
          </Text>
          <SegmentedControl
            aria-label="Which notifications"
            value={state}
            onChange={(value) => setSearch(value === 'all' ? {} : { state: value }, { replace: true })}
            data={[...states]}
          />
        </Group>
      ) : null}
      <Answer query={query} height={300}>
        {({ pages }) => {
          const all = pages.flatMap((page) => page.notifications);
          if (all.length === 0) return <Nothing state={state} />;
          return (
            <>
              <NotificationList notifications={all} withDataset={dataset === undefined} />
              {query.hasNextPage ? (
                <Center>
                  <Button
                    variant="subtle"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    Show earlier ones
                  </Button>
                </Center>
              ) : null}
            </>
          );
        }}
      </Answer>
    </Stack>
  );
}

function Nothing({ state }: { readonly state: (typeof states)[number]['value'] }) {
  if (state === 'given_up')
    return <Notice title="None was given up">All that was told has arrived, or is on its way.</Notice>;
  if (state === 'pending') return <Notice title="None is on its way">Everything was delivered.</Notice>;
  return (
    <Notice title="Nothing was told yet">
      When a partition is checked, those who care are told. Name them in the definition: <code>notify:</code>.
    </Notice>
  );
}
