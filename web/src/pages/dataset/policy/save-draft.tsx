import { Alert, Badge, Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { describeDefinitionChange, diffDefinitions } from '../../../../../src/core/datasets/diff.ts';
import type { ApplyView, DatasetDetailView } from '../../../../../src/services/registry/registry.ts';
import { act, RequestError } from '../../../api/request.ts';
import { FailedRequest } from '../../../parts/answer.tsx';
import { policyYaml } from './policy-draft.ts';
import type { Draft } from './policy-tab.tsx';
import { ReplayReport } from './replay-report.tsx';
import { useReplay } from './use-replay.ts';

const linesShown = 12;

type Props = {
  readonly dataset: DatasetDetailView;
  readonly draft: Draft | undefined;
  readonly onChange: (draft: Draft | undefined) => void;
};

/** What a draft changes, what it would have done to the past, and the way to put it in force. */
export function SaveDraft({ dataset, draft, onChange }: Props) {
  const client = useQueryClient();
  const definition = draft?.definition ?? dataset.definition;
  const changes = diffDefinitions(dataset.definition, definition);
  const replay = useReplay(draft?.metrics ?? []);
  const save = useMutation({
    mutationFn: ({ definition: wanted, version }: Draft) =>
      act<ApplyView>(
        'PUT',
        `/datasets/${encodeURIComponent(dataset.dataset)}/policy`,
        { yaml: policyYaml(wanted), file: 'policy.yaml' },
        { 'if-match': `"${version}"` },
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['dataset', dataset.dataset] });
      onChange(undefined);
      replay.reset();
    },
  });
  const isTried = replay.variables === definition && replay.data !== undefined;
  // Where there is no past, there is nothing to try it out on.
  const hasNoPast =
    replay.variables === definition &&
    replay.error instanceof RequestError &&
    replay.error.code === 'PARTITION_NOT_FOUND';
  const isOutdated = draft !== undefined && draft.version !== dataset.version;
  if (changes.length === 0) {
    return (
      <>
        {save.data === undefined ? null : <Saved saved={save.data} />}
        <Group gap="sm">
          <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(definition)}>
            Replay the policy in force
          </Button>
          <Text size="sm" className="quiet">
            shows on which past partitions it alerts, with all that people said since
          </Text>
        </Group>
        {replay.error === null ? null : (
          <FailedRequest error={replay.error} title="It could not be replayed" />
        )}
        {replay.data === undefined ? null : <ReplayReport replay={replay.data} />}
      </>
    );
  }
  return (
    <Stack gap="md">
      <Stack className="card draft" p="md" gap="sm" role="region" aria-label="Draft">
        <Group justify="space-between" gap="sm">
          <Group gap="sm">
            <Title order={3} size="h5">
              Your draft
            </Title>
            <Badge color="orange" variant="light" tt="none">
              {changes.length} {changes.length === 1 ? 'change' : 'changes'}, not saved
            </Badge>
          </Group>
          <Group gap="xs">
            <Button
              variant={isTried ? 'default' : 'filled'}
              loading={replay.isPending}
              onClick={() => replay.mutate(definition)}
            >
              Try it on the past
            </Button>
            <Button
              disabled={!isTried && !hasNoPast}
              loading={save.isPending}
              onClick={() => draft !== undefined && save.mutate(draft)}
            >
              Save
            </Button>
            <Button variant="subtle" color="gray" onClick={() => onChange(undefined)}>
              Discard
            </Button>
          </Group>
        </Group>
        <List size="sm" spacing={2} listStyleType="none">
          {changes.slice(0, linesShown).map((change) => (
            <List.Item key={change.path}>
              <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>
                {describeDefinitionChange(change)}
              </Code>
            </List.Item>
          ))}
        </List>
        {changes.length > linesShown ? (
          <Text size="sm" className="quiet">
            and {changes.length - linesShown} more
          </Text>
        ) : null}
        {isTried || hasNoPast ? null : (
          <Text size="sm" className="quiet">
            Try it on the past first: you see on which partitions it would have alerted, and nobody is told.
          </Text>
        )}
        {hasNoPast ? (
          <Text size="sm" className="quiet">
            There is no measured past to try it on: it holds from the first partition on.
          </Text>
        ) : null}
        {isOutdated ? <Outdated dataset={dataset} draft={draft} onChange={onChange} /> : null}
        {save.error === null || isOutdated ? null : (
          <FailedRequest error={save.error} title="It is not saved" />
        )}
        {replay.error === null || hasNoPast ? null : (
          <FailedRequest error={replay.error} title="It could not be replayed" />
        )}
      </Stack>
      {replay.data === undefined ? null : <ReplayReport replay={replay.data} />}
    </Stack>
  );
}

/** Somebody else saved while this draft was written. */
function Outdated({ dataset, draft, onChange }: Props & { readonly draft: Draft }) {
  return (
    <Alert color="orange" role="alert" title="Somebody else has changed the definition meanwhile">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          You began on version {draft.version}; version {dataset.version} stands now. The changes above are
          those from what stands now to your draft.
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => onChange(undefined)}>
            Take theirs
          </Button>
          <Button
            size="xs"
            variant="light"
            color="orange"
            onClick={() => onChange({ ...draft, version: dataset.version })}
          >
            Keep my draft
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Saved({ saved: { version, dataset, asksMore } }: { readonly saved: ApplyView }) {
  return (
    <Alert color="green" role="status" title={`Saved as version ${version}`}>
      It holds from the next partition on.
      {asksMore ? (
        <>
          {' '}
          It asks more than was measured: <code>assay backfill {dataset} --force</code> measures the past
          again.
        </>
      ) : null}
    </Alert>
  );
}
