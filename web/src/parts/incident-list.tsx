import { Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { IncidentView } from '../../../src/services/quality/incidents.ts';
import { StatusSign } from './status.tsx';
import { statusInk } from './status-words.ts';
import { agoText } from './words.ts';

const states: Readonly<Record<IncidentView['state']['state'], string>> = {
  new: 'New',
  acknowledged: 'Acknowledged',
  assigned: 'Assigned',
  resolved: 'Resolved',
};

/** Where an incident stands, in words. */
export function incidentStateText({ state }: IncidentView): string {
  if (state.state === 'assigned') return `Assigned to ${state.to}`;
  if (state.state === 'resolved') return `Resolved: ${state.reason.replaceAll('_', ' ')}`;
  return states[state.state];
}

/** Incidents, one below the other. */
export function IncidentList({
  incidents,
  withDataset = false,
}: {
  readonly incidents: readonly IncidentView[];
  readonly withDataset?: boolean;
}) {
  return (
    <Stack gap={8}>
      {incidents.map((incident) => (
        <Link key={incident.id} href={`/incidents/${incident.id}`} className="row-link">
          <Group
            className="card"
            p="sm"
            gap="sm"
            wrap="nowrap"
            align="flex-start"
            style={{ borderLeft: `4px solid ${inkOf(incident)}` }}
          >
            <div style={{ paddingTop: 5 }}>
              <StatusSign status={signOf(incident)} />
            </div>
            <div style={{ minWidth: 0, flex: 1 }}>
              <Text fw={600}>{incident.title}</Text>
              <Text size="sm" className="quiet">
                {withDataset ? `${incident.dataset} · ` : ''}
                {incident.firstPartition} · {incidentStateText(incident)} · opened{' '}
                {agoText(incident.openedAt, Date.now())}
              </Text>
            </div>
          </Group>
        </Link>
      ))}
    </Stack>
  );
}

function signOf({ state, level }: IncidentView) {
  return state.state === 'resolved' ? 'pass' : level;
}

function inkOf(incident: IncidentView): string {
  return statusInk(signOf(incident));
}
