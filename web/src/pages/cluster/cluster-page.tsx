import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ClusterStateView, NodeView } from '../../../../src/services/cluster/cluster-views.ts';
import { clusters } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { agoText } from '../../parts/words.ts';
import { ClusterEvents } from './cluster-events.tsx';
import { NodeCard } from './node-card.tsx';

/** Both clusters: who leads, which nodes there are, how busy they are, what happened. */
export function ClusterPage() {
  const query = useQuery(clusters);
  return (
    <Stack gap="lg">
      <title>Cluster · Assay</title>
      <Title order={2}>Cluster</Title>
      <Answer query={query} height={420}>
        {({ clusters: all }) => all.map((cluster) => <Cluster key={cluster.cluster} cluster={cluster} />)}
      </Answer>
    </Stack>
  );
}

function Cluster({ cluster }: { readonly cluster: ClusterStateView }) {
  const zones = Map.groupBy(cluster.nodes, ({ region, zone }) => `${region} · ${zone}`);
  return (
    <section aria-label={`The ${cluster.cluster} cluster`}>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h4" tt="capitalize">
          {cluster.cluster}
        </Title>
        <Text size="sm" className="quiet">
          {leaderText(cluster)}
        </Text>
      </Group>
      {cluster.session === 'connected' ? null : (
        <Notice title={`The session on this cluster is ${cluster.session}`}>
          {cluster.seenAt === undefined
            ? 'Nothing was seen yet.'
            : `This is how it was seen ${agoText(cluster.seenAt, Date.now())}. Work that runs goes on.`}
        </Notice>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" mb="sm">
        <Figure label="Slots busy">{`${cluster.slotsBusy} of ${cluster.slots}`}</Figure>
        <Figure label="Jobs open">{cluster.jobsOpen ?? '–'}</Figure>
        <Figure label="Tasks waiting">{cluster.tasks.waiting + cluster.tasks.blocked}</Figure>
        <Figure label="Nodes">{cluster.nodes.length}</Figure>
      </SimpleGrid>
      {cluster.nodes.length === 0 ? (
        <Notice title="No data node is there">
          Jobs wait until one joins: <code>assay node --cluster {cluster.cluster}</code>
        </Notice>
      ) : (
        <SimpleGrid cols={{ base: 1, md: Math.min(3, zones.size) }} spacing="sm">
          {[...zones].map(([zone, nodes]) => (
            <Zone key={zone} zone={zone} nodes={nodes} cluster={cluster.cluster} />
          ))}
        </SimpleGrid>
      )}
      <ClusterEvents cluster={cluster.cluster} />
    </section>
  );
}

function Zone({
  zone,
  nodes,
  cluster,
}: {
  readonly zone: string;
  readonly nodes: readonly NodeView[];
  readonly cluster: string;
}) {
  return (
    <Stack gap={8}>
      <Text size="sm" fw={600} className="quiet">
        {zone}
      </Text>
      {nodes.map((node) => (
        <NodeCard key={node.id} node={node} cluster={cluster} />
      ))}
    </Stack>
  );
}

function leaderText({ leader }: ClusterStateView): string {
  return leader === undefined ? 'no leader' : `led by ${leader.id}, version ${leader.version}`;
}
