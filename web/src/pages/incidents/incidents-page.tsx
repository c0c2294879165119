import { Group, SegmentedControl, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { incidents } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { IncidentList } from '../../parts/incident-list.tsx';
import { Notice } from '../../parts/notice.tsx';

/** The incidents of all datasets. */
export function IncidentsPage() {
  const [search, setSearch] = useSearchParams();
  const isOpen = search.get('show') !== 'all';
  const query = useQuery(incidents(isOpen ? { open: true } : {}));
  return (
    <Stack gap="md">
      <title>Incidents · Assay</title>
      <Group justify="space-between">
        <Title order={2}>Incidents</Title>
        <SegmentedControl
          aria-label="Which incidents"
          value={isOpen ? 'open' : 'all'}
          onChange={(value) => setSearch(value === 'all' ? { show: 'all' } : {}, { replace: true })}
          data={[
            { value: 'open', label: 'Open' },
            { value: 'all', label: 'All' },
          ]}
        />
      </Group>
      <Answer query={query} height={300}>
        {({ incidents: all }) =>
          all.length === 0 ? (
            <Notice title={isOpen ? 'Nothing is open' : 'There was no incident yet'}>
              Checks that fail open an incident, and those who care are told.
            </Notice>
          ) : (
            <IncidentList incidents={all} withDataset />
          )
        }
      </Answer>
    </Stack>
  );
}
