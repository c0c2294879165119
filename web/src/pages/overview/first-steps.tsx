import { Code, Stack, Text } from '@mantine/core';
import { Notice } from '../../parts/notice.tsx';

/** What to do when nothing is there yet. */
export function FirstSteps() {
  return (
    <Notice title="No dataset is watched yet">
      <Stack gap="sm">
        <Text>Describe one in a file of a few lines, then let Assay learn from its past.</Text>
        <Code block ta="left">{`dataset: flights
owner: ops@example.org
provider: {type: files, path: "data/flights-*.parquet"}
partition: {column: date, by: day}`}</Code>
        <Code block ta="left">{`assay apply -f flights.yaml
assay backfill flights`}</Code>
      </Stack>
    </Notice>
  );
}
