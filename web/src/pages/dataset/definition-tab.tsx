import { Code, Group, Stack, Text } from '@mantine/core';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { timeText } from '../../parts/words.ts';

/** What the owner said about the dataset, as it stands. */
export function DefinitionTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const { definition, version, updatedAt } = dataset;
  return (
    <Stack gap="sm">
      <Group gap="lg">
        <Text className="quiet">Version {version}</Text>
        <Text className="quiet">Changed {timeText(updatedAt)}</Text>
        <Text className="quiet">
          {definition.policy.alertsPerMonth} false{' '}
          {definition.policy.alertsPerMonth === 1 ? 'alarm' : 'alarms'} a month accepted
        </Text>
      </Group>
      <Code
        block
        tabIndex={0}
        role="region"
        aria-label="Definition"
        style={{ border: '1px solid var(--line)', maxHeight: 640, overflow: 'auto' }}
      >
        {JSON.stringify(definition, undefined, 2)}
      </Code>
    </Stack>
  );
}
