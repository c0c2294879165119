import { SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { ResilienceView } from '../../../../src/services/cluster/resilience.ts';
import { Figure } from '../../parts/figure.tsx';
import { durationText, numberText } from '../../parts/words.ts';
import { TimePlot } from './time-plot.tsx';

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The last day of work, of all processes. */
export function WorkSection({ work }: { readonly work: ResilienceView['work'] }) {
  const { buckets, from, bucketMs, recovery, failures } = work;
  const sum = (of: (bucket: (typeof buckets)[number]) => number): number =>
    buckets.reduce((total, bucket) => total + of(bucket), 0);
  const [tasks, failed, retries] = [
    sum((one) => one.tasks),
    sum((one) => one.failed),
    sum((one) => one.retries),
  ];
  const to = Math.max(Date.now(), from + bucketMs);
  const series = (name: string, color: string, of: (bucket: (typeof buckets)[number]) => number) => ({
    name,
    color,
    kind: 'bars' as const,
    points: spread(work).map((bucket) => ({ at: bucket.at, value: of(bucket) })),
  });
  return (
    <section>
      <Title order={3} size="h4" mb="xs">
        Work of the last 24 hours
      </Title>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" mb="md">
        <Figure label="Tasks">{numberText(tasks)}</Figure>
        <Figure label="Failed for good">{share(failed, tasks)}</Figure>
        <Figure label="Tried again">{share(retries, tasks)}</Figure>
        <Figure label="Recovery, median">{recovery.count === 0 ? '–' : durationText(recovery.p50)}</Figure>
        <Figure label="Recovery, 99 of 100">{recovery.count === 0 ? '–' : durationText(recovery.p99)}</Figure>
        <Figure label="Recovery, longest">{recovery.count === 0 ? '–' : durationText(recovery.max)}</Figure>
      </SimpleGrid>
      <Stack className="card" p="md" gap="md">
        <TimePlot
          title="Tasks that ended, a quarter of an hour each"
          series={[
            series('ended', 'var(--fill-pass)', (one) => one.tasks),
            series('tried again', 'var(--fill-warn)', (one) => one.retries),
            series('failed', 'var(--fill-fail)', (one) => one.failed),
          ]}
          from={from}
          to={to}
          most={4}
          format={numberText}
          formatTime={(at) => clock.format(at)}
        />
        <Failures failures={failures} />
      </Stack>
    </section>
  );
}

function Failures({ failures }: { readonly failures: ResilienceView['work']['failures'] }) {
  if (failures.length === 0) {
    return (
      <Text size="sm" className="quiet">
        No attempt of a task failed.
      </Text>
    );
  }
  return (
    <Table verticalSpacing={4} fz="sm" maw={420} aria-label="Why attempts failed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Why attempts failed</Table.Th>
          <Table.Th ta="right">Attempts</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {failures.map(({ code, attempts }) => (
          <Table.Tr key={code}>
            <Table.Td ff="monospace">{code}</Table.Td>
            <Table.Td ta="right" className="numbers">
              {numberText(attempts)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** With the intervals in which nothing ended. */
function spread({ buckets, from, bucketMs }: ResilienceView['work']): ResilienceView['work']['buckets'] {
  const known = new Map(buckets.map((bucket) => [bucket.at as number, bucket]));
  const count = Math.max(1, Math.ceil((Date.now() - from) / bucketMs));
  return Array.from({ length: count }, (_, nth) => {
    const at = (from + nth * bucketMs) as typeof from;
    return known.get(at) ?? { at, tasks: 0, failed: 0, retries: 0, meanMs: 0 };
  });
}

function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  return part === 0 ? '0' : `${numberText(part)} (${numberText((100 * part) / whole)} %)`;
}
