import { SimpleGrid, Text, Title } from '@mantine/core';
import type { OwnFigure } from '../../../../src/services/cluster/own-figures.ts';
import { durationText, numberText } from '../../parts/words.ts';

const words: Readonly<Record<string, string>> = {
  assay_recovery_seconds: 'From a lost node to its work on another one',
  assay_leader_takeover_seconds: 'From a lost leader to the next one',
  assay_node_scale_up_seconds: 'From a new node to its first task',
  assay_task_wait_seconds: 'A ready task waits for its slot',
  assay_task_seconds: 'An attempt of a task runs',
  assay_http_request_duration_seconds: 'A request is answered',
  assay_commits_superseded_total: 'Commits refused, because another one was first',
  assay_decisions_refused_total: 'Decisions refused to leaders of the past',
  assay_task_deaths_total: 'Workers and nodes that died under a task',
  assay_task_retries_total: 'Attempts begun again',
  assay_task_copies_total: 'Second copies of slow tasks',
  assay_workers_died_total: 'Worker processes that died',
  assay_nodes_lost_total: 'Nodes that were lost',
  assay_nodes_joined_total: 'Nodes that joined',
  assay_sessions_expired_total: 'Sessions that expired',
  assay_leaderships_total: 'Elections won',
  assay_source_held_total: 'Tasks held back from a source',
  assay_source_breaker_opened_total: 'Sources left alone after failures',
  assay_event_listeners_dropped_total: 'Listeners dropped, who read too slowly',
};

/** What the process that answers has counted since its start. In a cluster of processes each has its own `/metrics`. */
export function OwnSection({ own }: { readonly own: readonly OwnFigure[] }) {
  const seen = own.filter((one) => (one.kind === 'count' ? one.value > 0 : one.observations > 0));
  return (
    <section>
      <Title order={3} size="h4">
        Counted by the process that answers
      </Title>
      <Text size="sm" className="quiet" mb="xs">
        Since its start. In a cluster each process counts what it does itself, at its own address /metrics.
      </Text>
      {seen.length === 0 ? (
        <Text className="quiet">Nothing yet.</Text>
      ) : (
        <SimpleGrid className="card" cols={{ base: 1, sm: 2, lg: 3 }} spacing="md" p="md">
          {seen.map((one) => (
            <div key={one.name}>
              <Text size="xs" className="quiet">
                {words[one.name] ?? one.name}
              </Text>
              <Text fw={650} className="numbers">
                {one.kind === 'count'
                  ? numberText(one.value)
                  : `${durationText(1_000 * one.seconds)} on average, ${numberText(one.observations)} times`}
              </Text>
            </div>
          ))}
        </SimpleGrid>
      )}
    </section>
  );
}
