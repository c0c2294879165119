import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { stringify } from 'yaml';
import { encodeDataset } from '../../../../src/core/datasets/decode/encode.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { timeText } from '../../parts/words.ts';

/** What the owner said about the dataset, as it stands in its file. */
export function DefinitionText({
  dataset: { definition, version, updatedAt },
}: {
  readonly dataset: DatasetDetailView;
}) {
  const yaml = stringify(encodeDataset(definition), { flowCollectionPadding: false });
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Text size="sm" className="quiet">
          Version {version}, changed {timeText(updatedAt)}. Secrets are references; addresses that may hold
          one are hidden.
        </Text>
        <CopyButton value={yaml}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code
        block
        tabIndex={0}
        role="region"
        aria-label="Definition"
        style={{ border: '1px solid var(--line)', maxHeight: 560, overflow: 'auto' }}
      >
        {yaml}
      </Code>
    </>
  );
}
