import {
  Alert,
  Anchor,
  Breadcrumbs,
  Button,
  Code,
  Group,
  List,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { describeDefinitionChange } from '../../../../src/core/datasets/diff.ts';
import type { BackfillView } from '../../../../src/services/ingestion/backfills.ts';
import type { ApplyView } from '../../../../src/services/registry/registry.ts';
import { act, RequestError } from '../../api/request.ts';

const example = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "flights-*.parquet"}
partition: {column: date, by: day}
`;

/** Registers a dataset in three steps: describe it, see what it would be, let Assay learn from its past. */
export function OnboardPage() {
  const [yaml, setYaml] = useState(example);
  const [baseDirectory, setBaseDirectory] = useState('/');
  const [, go] = useLocation();
  const client = useQueryClient();
  const body = { yaml, file: 'dataset.yaml', baseDirectory };
  const check = useMutation({
    mutationFn: () => act<ApplyView>('PUT', '/datasets', { ...body, dryRun: true }),
  });
  const register = useMutation({
    mutationFn: async () => {
      const applied = await act<ApplyView>('PUT', '/datasets', body);
      return act<BackfillView>('POST', '/backfills', { dataset: applied.dataset });
    },
    onSuccess: (backfill) => {
      void client.invalidateQueries({ queryKey: ['datasets'] });
      go(`/activity/backfills/${backfill.id}`);
    },
  });
  const error = register.error ?? check.error;
  const change =
    (set: (text: string) => void): Change =>
    (event) => {
      set(event.currentTarget.value);
      check.reset();
      register.reset();
    };
  return (
    <Stack gap="md" maw={860}>
      <title>New dataset · Assay</title>
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/">
          Datasets
        </Anchor>
        <Text>New</Text>
      </Breadcrumbs>
      <Title order={2}>Watch a dataset</Title>
      <Description
        yaml={yaml}
        baseDirectory={baseDirectory}
        onYaml={change(setYaml)}
        onDirectory={change(setBaseDirectory)}
      />
      <Group>
        <Button variant="default" onClick={() => check.mutate()} loading={check.isPending}>
          2. See what it would be
        </Button>
        <Button
          onClick={() => register.mutate()}
          loading={register.isPending}
          disabled={check.data === undefined || check.data.action === 'unchanged'}
        >
          3. Register, and learn from its past
        </Button>
      </Group>
      {error === null ? null : (
        <Alert color="red" role="alert" title={error.message}>
          {error instanceof RequestError ? error.hint : undefined}
        </Alert>
      )}
      {check.data === undefined ? null : <Preview applied={check.data} />}
    </Stack>
  );
}

type Change = (event: { readonly currentTarget: { readonly value: string } }) => void;

function Description({
  yaml,
  baseDirectory,
  onYaml,
  onDirectory,
}: {
  readonly yaml: string;
  readonly baseDirectory: string;
  readonly onYaml: Change;
  readonly onDirectory: Change;
}) {
  return (
    <>
      <Textarea
        label="1. Describe it"
        description="The file that you would keep beside your code; only these four lines are needed."
        value={yaml}
        onChange={onYaml}
        autosize
        minRows={6}
        maxRows={30}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
      />
      <TextInput
        label="Folder that relative paths start from"
        description="On the machine that the service runs on."
        value={baseDirectory}
        onChange={onDirectory}
        maw={460}
      />
    </>
  );
}

function Preview({ applied: { dataset, action, changes } }: { readonly applied: ApplyView }) {
  const titles = {
    created: `${dataset} is new`,
    changed: `${dataset} exists, and would change`,
    unchanged: `${dataset} is registered just so`,
  };
  return (
    <Alert color={action === 'unchanged' ? 'gray' : 'lagoon'} title={titles[action]} role="status">
      <List size="sm">
        {changes.map((change) => (
          <List.Item key={change.path}>
            <Code>{describeDefinitionChange(change)}</Code>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
