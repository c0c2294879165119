import { Alert, Button, Code, Group, List, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { describeDefinitionChange } from '../../../../src/core/datasets/diff.ts';
import type { BackfillView } from '../../../../src/services/ingestion/backfills.ts';
import type { PreviewView } from '../../../../src/services/registry/preview.ts';
import type { ApplyView } from '../../../../src/services/registry/registry.ts';
import { act, RequestError } from '../../api/request.ts';
import { type Draft, definitionText } from './draft.ts';

type Props = {
  readonly draft: Draft;
  readonly preview: PreviewView | undefined;
  readonly change: (to: Partial<Draft>) => void;
};

const typingMs = 400;

/** A name, an owner, and the definition as the file that one would keep. It is judged as it is written. */
export function RegisterStep({ draft, preview, change }: Props) {
  const [written, setWritten] = useState<string>();
  const yaml = written ?? definitionText(draft, preview);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Name"
          description="Lower-case letters, digits, “.”, “_” and “-”"
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          required
        />
        <TextInput
          label="Owner"
          description="Who is told first: an e-mail address or a name"
          value={draft.owner}
          onChange={(event) => change({ owner: event.currentTarget.value })}
          required
        />
      </SimpleGrid>
      <TextInput
        label="Description"
        value={draft.about}
        onChange={(event) => change({ about: event.currentTarget.value })}
      />
      <Textarea
        label="Definition"
        description="The file that you would keep beside your code. You may change it here; the steps before then say nothing any more."
        value={yaml}
        onChange={(event) => setWritten(event.currentTarget.value)}
        autosize
        minRows={6}
        maxRows={30}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
      />
      {written === undefined ? null : (
        <Button variant="subtle" onClick={() => setWritten(undefined)} style={{ alignSelf: 'flex-start' }}>
          Back to what the steps say
        </Button>
      )}
      <Registration
        yaml={yaml}
        folder={draft.folder}
        isNamed={written !== undefined || (draft.name !== '' && draft.owner !== '')}
      />
    </Stack>
  );
}

function Registration({
  yaml,
  folder,
  isNamed,
}: {
  readonly yaml: string;
  readonly folder: string;
  readonly isNamed: boolean;
}) {
  const [, go] = useLocation();
  const client = useQueryClient();
  const [judged] = useDebouncedValue(yaml, typingMs);
  const body = { yaml, file: 'dataset.yaml', baseDirectory: folder === '' ? '/' : folder };
  const check = useQuery({
    queryKey: ['dry run', judged, folder],
    queryFn: () => act<ApplyView>('PUT', '/datasets', { ...body, yaml: judged, dryRun: true }),
    enabled: isNamed,
    retry: false,
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
  const isSound = check.data !== undefined && judged === yaml && check.data.action !== 'unchanged';
  return (
    <>
      {error === null ? null : (
        <Alert
          color="red"
          role="alert"
          title={error.message}
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {error instanceof RequestError ? error.hint : undefined}
        </Alert>
      )}
      {check.data === undefined || error !== null ? null : <Outcome applied={check.data} />}
      <Group>
        <Button onClick={() => register.mutate()} loading={register.isPending} disabled={!isSound}>
          Register, and learn from its past
        </Button>
      </Group>
    </>
  );
}

function Outcome({ applied: { dataset, action, changes } }: { readonly applied: ApplyView }) {
  const titles = {
    created: `${dataset} is new`,
    changed: `${dataset} exists, and would change`,
    unchanged: `${dataset} is registered just so`,
  };
  return (
    <Alert color={action === 'unchanged' ? 'gray' : 'lagoon'} title={titles[action]} role="status">
      {action === 'changed' ? (
        <List size="sm">
          {changes.map((change) => (
            <List.Item key={change.path}>
              <Code>{describeDefinitionChange(change)}</Code>
            </List.Item>
          ))}
        </List>
      ) : null}
    </Alert>
  );
}
