import { Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { PartitionSummary } from '../../../../../src/ports/revision-store.ts';
import type { ReplayView } from '../../../../../src/services/quality/replays.ts';
import { Figure } from '../../../parts/figure.tsx';
import { MoreRows } from '../../../parts/more-rows.tsx';
import { StatusSign } from '../../../parts/status.tsx';
import { numberText } from '../../../parts/words.ts';
import { Calendar } from '../calendar.tsx';
import { ReplayedPlot } from './metric-preview.tsx';

const plotsShown = 4;

/** On which partitions a policy would have alerted, and what it changes. */
export function ReplayReport({ replay }: { readonly replay: ReplayView }) {
  const { totals, today, incidents, metrics, partitions, notMeasured, dataset } = replay;
  return (
    <Stack gap="md" aria-live="polite">
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <Figure label="Incidents">
          <Compared value={totals.incidents} before={today?.totals.incidents} />
        </Figure>
        <Figure label="Learned, per 30 partitions">
          <Compared value={totals.incidentsPer30 ?? 0} before={today?.totals.incidentsPer30} />
        </Figure>
        <Figure label="Budget, per 30 partitions">{numberText(totals.budgetPer30)}</Figure>
        <Figure label="Partitions judged">{numberText(totals.judged)}</Figure>
      </SimpleGrid>
      {today === undefined ? null : (
        <Text size="sm" className="quiet">
          Against the policy in force: {today.kept} alarms stay, {today.vanished.count} vanish,{' '}
          {today.added.count} are new.
        </Text>
      )}
      {notMeasured.length === 0 ? null : (
        <Text size="sm" className="quiet">
          {notMeasured.length} checks ask for what nobody has measured yet: they judge from the next scan on.
        </Text>
      )}
      <Calendar dataset={dataset} partitions={asPartitions(partitions)} withRows={false} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        {metrics.slice(0, plotsShown).map((series) => (
          <ReplayedPlot key={series.metric} series={series} height={190} />
        ))}
      </SimpleGrid>
      {incidents.length === 0 ? null : (
        <section>
          <Title order={4} size="h6" mb="xs">
            Incidents that there would have been
          </Title>
          <MoreRows
            rows={incidents}
            minWidth={620}
            head={['Incident', 'Partitions', 'Alarms', 'Worst finding']}
            row={(incident) => (
              <Table.Tr key={`${incident.firstPartition} ${incident.title}`}>
                <Table.Td>
                  <Group gap={8} wrap="nowrap">
                    <StatusSign status={incident.level} />
                    <Text size="sm" fw={550}>
                      {incident.title}
                    </Text>
                  </Group>
                </Table.Td>
                <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
                  {incident.firstPartition === incident.lastPartition
                    ? incident.firstPartition
                    : `${incident.firstPartition} to ${incident.lastPartition}`}
                </Table.Td>
                <Table.Td className="numbers">{incident.alarms}</Table.Td>
                <Table.Td>
                  <Text size="sm">{incident.lines[0]?.text}</Text>
                </Table.Td>
              </Table.Tr>
            )}
          />
        </section>
      )}
    </Stack>
  );
}

function asPartitions(replayed: ReplayView['partitions']): readonly PartitionSummary[] {
  return replayed.map(({ partition, revision, status }) => ({
    partition,
    revision,
    status,
    rowCount: 0,
    rejectedCount: 0,
    ingestedAt: 0,
  }));
}

/** A figure of the policy, beside that of the one in force where they differ. */
function Compared({ value, before }: { readonly value: number; readonly before: number | undefined }) {
  return (
    <>
      {numberText(value)}
      {before === undefined || before === value ? null : (
        <Text component="span" size="sm" className="quiet">
          {' '}
          today {numberText(before)}
        </Text>
      )}
    </>
  );
}
