import { Badge, Code, Group, List, Stack, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { NotificationView } from '../../../../src/services/notification/notification-history.ts';
import { StatusSign } from '../../parts/status.tsx';
import { agoText, timeText } from '../../parts/words.ts';
import { channelWords } from './channel-words.ts';

const colours = { pending: 'blue', delivered: 'green', given_up: 'red' } as const;
const words = { pending: 'on its way', delivered: 'delivered', given_up: 'given up' } as const;

type Props = {
  readonly notifications: readonly NotificationView[];
  /** Whether each names its dataset. */
  readonly withDataset?: boolean;
};

/** What was told to whom, newest first, and how the delivery goes. */
export function NotificationList({ notifications, withDataset = false }: Props) {
  return (
    <Stack gap="xs" role="list">
      {notifications.map((one) => (
        <Notification key={one.id} notification={one} withDataset={withDataset} />
      ))}
    </Stack>
  );
}

function Notification({
  notification,
  withDataset,
}: {
  readonly notification: NotificationView;
  readonly withDataset: boolean;
}) {
  const { channel, state, attempts, createdAt, deliveredAt, lastError, message } = notification;
  const { dataset, partition, title, lines, incidents, status } = message;
  const base = `/datasets/${encodeURIComponent(dataset)}`;
  return (
    <Stack className="card" p="sm" gap={4} role="listitem">
      <Group gap="xs" justify="space-between" align="flex-start" wrap="nowrap">
        <Group gap={8} wrap="nowrap" align="flex-start" style={{ minWidth: 0 }}>
          <span style={{ paddingTop: 5 }}>
            <StatusSign status={status} />
          </span>
          <Text fw={600} className="wrap">
            {title}
          </Text>
        </Group>
        <Badge color={colours[state]} variant="light" tt="none" style={{ flexShrink: 0 }}>
          {words[state]}
        </Badge>
      </Group>
      <Text size="sm" className="quiet wrap">
        {withDataset ? (
          <>
            <Link href={base}>{dataset}</Link> ·{' '}
          </>
        ) : null}
        to <bdi>{channelWords(channel)}</bdi> ·{' '}
        <time dateTime={new Date(createdAt).toISOString()} title={timeText(createdAt)}>
          {agoText(createdAt, Date.now())}
        </time>
        {deliveredAt === undefined ? '' : `, delivered ${timeText(deliveredAt)}`}
        {attempts > 1 || state !== 'delivered' ? ` · ${attempts} ${attempts === 1 ? 'try' : 'tries'}` : ''}
      </Text>
      {lastError === undefined ? null : (
        <Text size="sm" component="div" className="wrap">
          Last error: <Code>{lastError}</Code>
        </Text>
      )}
      {lines.length === 0 ? null : <Findings lines={lines} />}
      <Group gap="md">
        {partition === undefined ? null : (
          <Text size="sm">
            <Link href={`${base}/checks?partition=${encodeURIComponent(partition)}`}>
              Checks of {partition}
            </Link>
          </Text>
        )}
        {incidents.slice(0, 3).map(({ id, event, title: incident }) => (
          <Text key={id} size="sm">
            <Link href={`/incidents/${encodeURIComponent(id)}`} title={incident}>
              Incident{event === undefined ? '' : ` ${event}`}
            </Link>
          </Text>
        ))}
      </Group>
    </Stack>
  );
}

const findingsShown = 2;

function Findings({ lines }: { readonly lines: readonly string[] }) {
  const [isOpen, setOpen] = useState(false);
  const hidden = lines.length - findingsShown;
  return (
    <>
      <List size="sm" spacing={2}>
        {lines.slice(0, isOpen ? lines.length : findingsShown).map((line) => (
          <List.Item key={line} className="wrap">
            {line}
          </List.Item>
        ))}
      </List>
      {hidden > 0 ? (
        <UnstyledButton onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} className="text-button">
          {isOpen ? 'Fewer' : `${hidden} more`}
        </UnstyledButton>
      ) : null}
    </>
  );
}
