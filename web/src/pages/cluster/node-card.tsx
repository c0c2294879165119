import { Badge, Button, Group, Progress, Stack, Text, Tooltip } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { NodeView } from '../../../../src/services/cluster/cluster-views.ts';
import { clusters } from '../../api/queries.ts';
import { act } from '../../api/request.ts';
import { agoText, numberText } from '../../parts/words.ts';

const colours: Readonly<Record<NodeView['state'], string>> = {
  open: 'green',
  draining: 'yellow',
  stopping: 'yellow',
  full: 'orange',
  silent: 'gray',
};

/** A data node: what it runs, how busy its machine is, and the way to empty it. */
export function NodeCard({ node, cluster }: { readonly node: NodeView; readonly cluster: string }) {
  const memory = node.memoryMb === 0 ? 0 : node.memoryUsedMb / node.memoryMb;
  return (
    <Stack className="card" p="sm" gap={6}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={600} size="sm" truncate title={node.id}>
          {node.id}
        </Text>
        <Badge variant="light" color={colours[node.state]} tt="none" style={{ flexShrink: 0 }}>
          {node.state}
        </Badge>
      </Group>
      <Slots node={node} />
      <Meter label="CPU" share={node.cpu} text={`${Math.round(node.cpu * 100)} %`} />
      <Meter label="Memory" share={memory} text={`${numberText(Math.round(node.memoryUsedMb))} MB`} />
      <Group justify="space-between" gap="xs">
        <Text size="xs" className="quiet">
          {node.version} · up {agoText(node.startedAt, Date.now()).replace(' ago', '')}
        </Text>
        <DrainButton node={node} cluster={cluster} />
      </Group>
    </Stack>
  );
}

function Slots({ node }: { readonly node: NodeView }) {
  const running = node.tasks.filter(({ state }) => state === 'running');
  return (
    <Group gap={4} role="img" aria-label={`${node.slotsBusy} of ${node.slots} slots busy`}>
      {Array.from({ length: Math.min(node.slots, 32) }, (_, at) => {
        const task = running[at];
        return (
          <Tooltip
            key={`slot ${at}`}
            label={task === undefined ? 'free' : task.task}
            disabled={task === undefined}
          >
            <span
              style={{
                width: 14,
                height: 14,
                borderRadius: 4,
                border: '1.5px solid var(--mantine-primary-color-filled)',
                background: at < node.slotsBusy ? 'var(--mantine-primary-color-filled)' : 'transparent',
              }}
            />
          </Tooltip>
        );
      })}
    </Group>
  );
}

function Meter({
  label,
  share,
  text,
}: {
  readonly label: string;
  readonly share: number;
  readonly text: string;
}) {
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs" className="quiet" w={52}>
        {label}
      </Text>
      <Progress
        value={Math.min(100, share * 100)}
        flex={1}
        size="sm"
        color={share > 0.9 ? 'red' : 'lagoon'}
        aria-label={`${label}: ${text}`}
      />
      <Text size="xs" className="numbers" w={64} ta="right">
        {text}
      </Text>
    </Group>
  );
}

function DrainButton({ node, cluster }: { readonly node: NodeView; readonly cluster: string }) {
  const client = useQueryClient();
  const isDraining = node.state === 'draining';
  const change = useMutation({
    mutationFn: () =>
      act<NodeView>(
        isDraining ? 'DELETE' : 'POST',
        `/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node.id)}/drain`,
      ),
    onSettled: () => client.invalidateQueries({ queryKey: clusters.queryKey }),
  });
  return (
    <Tooltip
      label={isDraining ? 'It gets new tasks again' : 'It gets no new task; what it runs ends in peace'}
    >
      <Button size="compact-xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
        {isDraining ? 'Take back' : 'Drain'}
      </Button>
    </Tooltip>
  );
}
