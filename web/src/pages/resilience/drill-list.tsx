import { Code, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Answer } from '../../parts/answer.tsx';
import { durationText, timeText } from '../../parts/words.ts';
import { drills } from './resilience-queries.ts';

/** Reports of drills that were sent to the service. */
export function DrillList() {
  const query = useQuery(drills);
  return (
    <section>
      <Title order={3} size="h4" mb="xs">
        Drills
      </Title>
      <Answer query={query} height={80}>
        {({ reports }) =>
          reports.length === 0 ? (
            <Text className="quiet" component="div">
              None was sent yet: <Code>assay drill failure --json failure.json</Code>, then{' '}
              <Code>assay drill send failure.json</Code>
            </Text>
          ) : (
            <div className="card" style={{ overflow: 'hidden' }}>
              <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Drill</Table.Th>
                    <Table.Th>Verdict</Table.Th>
                    <Table.Th visibleFrom="sm">Took</Table.Th>
                    <Table.Th ta="right" visibleFrom="sm">
                      Faults
                    </Table.Th>
                    <Table.Th visibleFrom="md">Cluster</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {reports.map(({ id, drill, passed, startedAt, tookMs, faults, findings, cluster }) => (
                    <Table.Tr key={id}>
                      <Table.Td>
                        <Link href={`/resilience/drills/${encodeURIComponent(id)}`} className="row-link">
                          <Text component="span" fw={600} tt="capitalize">
                            {drill}
                          </Text>
                        </Link>
                        <Text size="xs" className="quiet">
                          {timeText(startedAt)}
                        </Text>
                      </Table.Td>
                      <Table.Td>
                        <Verdict passed={passed} findings={findings} />
                      </Table.Td>
                      <Table.Td className="numbers" visibleFrom="sm">
                        {durationText(tookMs)}
                      </Table.Td>
                      <Table.Td ta="right" className="numbers" visibleFrom="sm">
                        {faults}
                      </Table.Td>
                      <Table.Td className="quiet" visibleFrom="md">
                        {cluster}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )
        }
      </Answer>
    </section>
  );
}

/** Passed or not, by sign and word. */
export function Verdict({ passed, findings }: { readonly passed: boolean; readonly findings: number }) {
  if (passed) return <span style={{ color: 'var(--status-pass)', fontWeight: 600 }}>● passed</span>;
  const count = findings === 1 ? '1 finding' : `${findings} findings`;
  return <span style={{ color: 'var(--status-fail)', fontWeight: 600 }}>✕ failed, {count}</span>;
}
