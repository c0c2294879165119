import { Badge, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import type { JobView } from '../../../../src/services/ingestion/job-history.ts';
import { backfills, jobs } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { Notice } from '../../parts/notice.tsx';
import { agoText, durationText } from '../../parts/words.ts';
import { BackfillCard } from './backfill-card.tsx';

/** What Assay is doing, and has done. */
export function ActivityPage() {
  const [search, setSearch] = useSearchParams();
  const isOpen = search.get('show') === 'open';
  const running = useQuery(backfills({}));
  const list = useQuery(jobs(isOpen ? { open: true } : {}));
  return (
    <Stack gap="lg">
      <title>Activity · Assay</title>
      <Title order={2}>Activity</Title>
      <Answer query={running} height={120}>
        {({ backfills: all }) => (
          <Stack gap="sm">
            {all.slice(0, 5).map((each) => (
              <BackfillCard key={each.id} backfill={each} />
            ))}
          </Stack>
        )}
      </Answer>
      <section>
        <Group justify="space-between" mb="xs">
          <Title order={3} size="h5">
            Jobs
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Which jobs"
            value={isOpen ? 'open' : 'all'}
            onChange={(value) => setSearch(value === 'open' ? { show: 'open' } : {}, { replace: true })}
            data={[
              { value: 'all', label: 'All' },
              { value: 'open', label: 'Open' },
            ]}
          />
        </Group>
        <Answer query={list} height={300}>
          {({ jobs: all }) =>
            all.length === 0 ? (
              <Notice title="Nothing is going on">Scans and backfills appear here.</Notice>
            ) : (
              <MoreRows
                rows={all}
                minWidth={640}
                head={['Job', 'Dataset', 'State', 'Tasks', 'Began', 'Took']}
                row={(job) => <JobRow key={job.id} job={job} />}
              />
            )
          }
        </Answer>
      </section>
    </Stack>
  );
}

const colours: Readonly<Record<JobView['state'], string>> = {
  open: 'blue',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
};

function JobRow({ job }: { readonly job: JobView }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={550}>{job.kind}</Text>
      </Table.Td>
      <Table.Td>
        <Link href={`/datasets/${encodeURIComponent(job.dataset)}`} className="row-link">
          {job.dataset}
        </Link>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={colours[job.state]}>
          {job.state}
        </Badge>
      </Table.Td>
      <Table.Td className="numbers">
        {job.tasksEnded}
        {job.tasksFailed > 0 ? `, ${job.tasksFailed} failed` : ''}
      </Table.Td>
      <Table.Td className="quiet">{agoText(job.createdAt, Date.now())}</Table.Td>
      <Table.Td className="numbers quiet">
        {job.endedAt === undefined ? '–' : durationText(job.endedAt - job.createdAt)}
      </Table.Td>
    </Table.Tr>
  );
}
