import { Button, Code, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Notice } from '../../parts/notice.tsx';

/** What to do when nothing is there yet. */
export function FirstSteps() {
  return (
    <Notice title="No dataset is watched yet">
      <Stack gap="sm">
        <Text>Show Assay where the data are, and let it learn from their past.</Text>
        <Button component={Link} href="/new" style={{ alignSelf: 'center' }}>
          Watch a dataset
        </Button>
        <Text>Or describe one in a file of a few lines:</Text>
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
