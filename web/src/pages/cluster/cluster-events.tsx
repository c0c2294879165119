import { Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ClusterEvent } from '../../../../src/core/membership/cluster-events.ts';
import { clusterEvents } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { timeText } from '../../parts/words.ts';

const shown = 12;

/** What happened in a cluster, newest first, as far as the process that answers saw it. */
export function ClusterEvents({ cluster }: { readonly cluster: string }) {
  const query = useQuery(clusterEvents(cluster));
  return (
    <section aria-label="Events" style={{ marginTop: 16 }}>
      <Title order={4} size="h6" mb={6}>
        Events
      </Title>
      <Answer query={query} height={80}>
        {({ events, since }) => (
          <Stack gap={2} className="card" p="sm">
            {events.slice(0, shown).map((event) => (
              <Group key={`${event.at} ${eventText(event)}`} gap="sm" wrap="nowrap" align="baseline">
                <Text size="xs" className="quiet numbers" w={150} style={{ flexShrink: 0 }}>
                  {timeText(event.at)}
                </Text>
                <Text size="sm" {...(isBad(event) ? { c: 'red' } : {})}>
                  {eventText(event)}
                </Text>
              </Group>
            ))}
            <Text size="xs" className="quiet">
              {events.length === 0
                ? 'Nothing happened'
                : `${events.length} ${events.length === 1 ? 'event' : 'events'}`}{' '}
              since {timeText(since)}
            </Text>
          </Stack>
        )}
      </Answer>
    </section>
  );
}

function isBad({ kind }: ClusterEvent): boolean {
  return kind === 'lost' || kind === 'leaderless';
}

function eventText(event: ClusterEvent): string {
  switch (event.kind) {
    case 'elected':
      return `${event.node} leads, version ${event.version}`;
    case 'leaderless':
      return `${event.node} leads no more, and nobody does`;
    case 'joined':
      return `${event.node} joined in ${event.zone}, version ${event.version}`;
    case 'left':
      return `${event.node} left in good order`;
    case 'lost':
      return `${event.node} was lost`;
    case 'drained':
      return `${event.node} is to be emptied`;
    case 'undrained':
      return `${event.node} works again`;
    case 'unseen':
      return 'the cluster went out of sight';
    case 'seen':
      return 'the cluster is in sight again';
  }
}
