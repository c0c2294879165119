import { Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SourceView } from '../../../../src/services/ingestion/sources.ts';
import { RequestError } from '../../api/request.ts';
import { Answer } from '../../parts/answer.tsx';
import { durationText, numberText, sizeText } from '../../parts/words.ts';
import { sources } from './resilience-queries.ts';

const stateWords = {
  closed: ['answers', 'var(--status-pass)'],
  open: ['left alone', 'var(--status-fail)'],
  half_open: ['being tried', 'var(--status-warn)'],
  idle: ['not asked lately', 'var(--status-none)'],
} as const;

/** Sources of data: which answer, which are left alone for a while, and what they gave today. */
export function SourcesSection() {
  const query = useQuery(sources);
  // Who may not see them is told nothing: not that there is something to be told.
  if (query.error instanceof RequestError && query.error.status === 403) return null;
  return (
    <section>
      <Title order={3} size="h4" mb="xs">
        Sources
      </Title>
      <Answer query={query} height={80}>
        {({ sources: found }) =>
          found.length === 0 ? (
            <Text className="quiet">No source was asked lately.</Text>
          ) : (
            <SourceTable found={found} />
          )
        }
      </Answer>
    </section>
  );
}

function SourceTable({ found }: { readonly found: readonly SourceView[] }) {
  return (
    <div className="card" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={0}>
        <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Source</Table.Th>
              <Table.Th>Breaker</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                At once
              </Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Latency
              </Table.Th>
              <Table.Th ta="right" visibleFrom="md">
                Calls today
              </Table.Th>
              <Table.Th ta="right" visibleFrom="md">
                Read today
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map(({ name, state, limit, running, latencyMs, lastFailure, today }) => (
              <Table.Tr key={name}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{name}</Table.Td>
                <Table.Td>
                  <Text size="sm" fw={600} style={{ color: stateWords[state][1] }}>
                    {stateWords[state][0]}
                  </Text>
                  {state === 'closed' || lastFailure === undefined ? null : (
                    <Text size="xs" className="quiet" style={{ overflowWrap: 'anywhere' }}>
                      {lastFailure.message}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right" className="numbers" visibleFrom="sm">
                  {running} of {limit}
                </Table.Td>
                <Table.Td ta="right" className="numbers" visibleFrom="sm">
                  {latencyMs === undefined ? '–' : durationText(latencyMs)}
                </Table.Td>
                <Table.Td ta="right" className="numbers" visibleFrom="md">
                  {numberText(today.calls)}
                </Table.Td>
                <Table.Td ta="right" className="numbers" visibleFrom="md">
                  {sizeText(today.bytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
