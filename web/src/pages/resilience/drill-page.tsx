import {
  Alert,
  Anchor,
  Breadcrumbs,
  Code,
  Group,
  List,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { KeptDrill, KeptFault } from '../../../../src/core/drills/kept-drill.ts';
import { Answer } from '../../parts/answer.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { durationText, numberText, timeText } from '../../parts/words.ts';
import { Verdict } from './drill-list.tsx';
import { drill } from './resilience-queries.ts';
import { TimePlot } from './time-plot.tsx';
import './resilience.css';

/** The report of one drill. */
export function DrillPage({ id }: { readonly id: string }) {
  const query = useQuery(drill(id));
  return (
    <Stack gap="md">
      <title>Drill · Assay</title>
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/resilience">
          Resilience
        </Anchor>
        <Text>Drill</Text>
      </Breadcrumbs>
      <Answer query={query} height={400}>
        {(report) => <Report report={report} />}
      </Answer>
    </Stack>
  );
}

function Report({ report }: { readonly report: KeptDrill }) {
  const { passed, findings, figures, throughput, faults, table, tookMs } = report;
  return (
    <>
      <Group justify="space-between">
        <Title order={2}>{wordsOf(report.drill)} drill</Title>
        <Text fz="lg">
          <Verdict passed={passed} findings={findings.length} />
        </Text>
      </Group>
      <Text size="sm" className="quiet">
        {timeText(report.startedAt)}, {durationText(tookMs)}, on {report.cluster}. {report.machine}, version{' '}
        {report.version}.
      </Text>
      {findings.length === 0 ? null : (
        <Alert color="red" title="What was wrong">
          <List size="sm">
            {findings.map((what) => (
              <List.Item key={what}>{what}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        {figures.map(({ name, value }) => (
          <Figure key={name} label={wordsOf(name)}>
            {numberText(value)}
          </Figure>
        ))}
      </SimpleGrid>
      {throughput === undefined ? null : <Throughput throughput={throughput} faults={faults} />}
      {faults.length === 0 ? null : <Faults faults={faults} />}
      {table === undefined ? null : (
        <DataTable
          columns={table.columns}
          rows={table.rows.map((row) =>
            row.map((cell) => (typeof cell === 'number' ? numberText(cell) : cell)),
          )}
          label="What was measured"
        />
      )}
      <div>
        <Text size="sm" className="quiet" mb={4}>
          How it was run
        </Text>
        <Code block tabIndex={0}>
          {report.command}
        </Code>
      </div>
    </>
  );
}

function Throughput({
  throughput: { bucketMs, tasks },
  faults,
}: {
  readonly throughput: NonNullable<KeptDrill['throughput']>;
  readonly faults: readonly KeptFault[];
}) {
  const points = tasks.map((count, at) => ({ at: at * bucketMs, value: (1_000 * count) / bucketMs }));
  return (
    <div className="card" style={{ padding: 16 }}>
      <TimePlot
        title="Tasks a second; numbers are faults"
        series={[{ name: 'tasks', color: 'var(--accent)', kind: 'area', points }]}
        from={0}
        to={tasks.length * bucketMs}
        height={180}
        most={1}
        format={numberText}
        formatTime={durationText}
        marks={faults.map(({ number, atMs, what, kind }) => ({
          at: atMs,
          label: String(number),
          title: `${kind}: ${what}`,
        }))}
      />
    </div>
  );
}

function Faults({ faults }: { readonly faults: readonly KeptFault[] }) {
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table verticalSpacing={5} horizontalSpacing="md" fz="sm" aria-label="Faults">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Fault</Table.Th>
            <Table.Th visibleFrom="sm">After</Table.Th>
            <Table.Th ta="right">Next task ended</Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              Well again
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {faults.map(({ number, atMs, kind, what, nextEndMs, healedMs }) => (
            <Table.Tr key={number}>
              <Table.Td>
                <b>{number}</b> {kind} <span className="quiet">{what}</span>
              </Table.Td>
              <Table.Td className="numbers" visibleFrom="sm">
                {durationText(atMs)}
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {nextEndMs === undefined ? '–' : durationText(nextEndMs)}
              </Table.Td>
              <Table.Td ta="right" className="numbers" visibleFrom="sm">
                {healedMs === undefined ? '–' : durationText(healedMs)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** `messagesRepeated` as “Messages repeated”. */
function wordsOf(name: string): string {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
