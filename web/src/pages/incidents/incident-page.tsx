import { Anchor, Badge, Breadcrumbs, Group, Stack, Table, Text, Timeline, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { IncidentView } from '../../../../src/services/quality/incidents.ts';
import { incident as incidentQuery } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { incidentStateText } from '../../parts/incident-list.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { timeText } from '../../parts/words.ts';
import { IncidentActions } from './incident-actions.tsx';
import { WhatIsNormal } from './what-is-normal.tsx';

/** One incident: what failed, what it looked like, what was done. */
export function IncidentPage({ id }: { readonly id: string }) {
  const query = useQuery(incidentQuery(id));
  return (
    <Stack gap="md">
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/incidents">
          Incidents
        </Anchor>
        <Text>{query.data?.dataset ?? id}</Text>
      </Breadcrumbs>
      <Answer query={query} height={400}>
        {(incident) => <Incident incident={incident} />}
      </Answer>
    </Stack>
  );
}

function Incident({ incident }: { readonly incident: IncidentView }) {
  return (
    <>
      <title>{`${incident.title} · Assay`}</title>
      <Stack gap={4}>
        <Title order={2} fz={{ base: 'h4', sm: 'h3' }} className="wrap">
          {incident.title}
        </Title>
        <Group gap="sm">
          <Badge color={incident.state.state === 'resolved' ? 'green' : 'red'} variant="light" tt="none">
            {incidentStateText(incident)}
          </Badge>
          <Anchor component={Link} href={`/datasets/${encodeURIComponent(incident.dataset)}`}>
            {incident.dataset}
          </Anchor>
          <Text className="quiet">
            since {incident.firstPartition}, opened {timeText(incident.openedAt)}
          </Text>
        </Group>
      </Stack>
      <IncidentActions incident={incident} />
      <WhatIsNormal incident={incident} />
      <Findings incident={incident} />
      <section>
        <Title order={3} size="h5" mb="sm">
          What happened
        </Title>
        <Timeline bulletSize={14} lineWidth={2} active={incident.log.length}>
          {incident.log.map((event) => (
            <Timeline.Item key={`${event.at} ${event.text}`} title={event.text}>
              <Text size="sm" className="quiet">
                {event.by} · {timeText(event.at)}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      </section>
    </>
  );
}

function Findings({ incident }: { readonly incident: IncidentView }) {
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        What failed
      </Title>
      <div className="card" style={{ overflow: 'hidden' }}>
        <Table.ScrollContainer minWidth={600}>
          <Table horizontalSpacing="md" verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Partition</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th>Finding</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {incident.lines.map((line) => (
                <Table.Tr key={`${line.partition} ${line.check}`} opacity={line.open ? 1 : 0.65}>
                  <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
                    <Link
                      className="row-link"
                      href={`/datasets/${encodeURIComponent(incident.dataset)}/checks?partition=${encodeURIComponent(line.partition)}&check=${encodeURIComponent(line.check)}`}
                    >
                      {line.partition}
                    </Link>
                  </Table.Td>
                  <Table.Td>
                    {line.open ? <StatusMark status={line.status} /> : <Text size="sm">Passes now</Text>}
                  </Table.Td>
                  <Table.Td>{line.text}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </div>
    </section>
  );
}
