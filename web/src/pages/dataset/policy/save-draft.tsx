import { Alert, Badge, Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type DefinitionChange,
  describeDefinitionChange,
  diffDefinitions,
} from '../../../../../src/core/datasets/diff.ts';
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
  const definition = draft?.definition ?? dataset.definition;
  const changes = diffDefinitions(dataset.definition, definition);
  const replay = useReplay(draft?.metrics ?? []);
  const save = useSave(dataset.dataset, () => {
    onChange(undefined);
    replay.reset();
  });
  const report = replay.data === undefined ? null : <ReplayReport replay={replay.data} />;
  if (draft === undefined || changes.length === 0) {
    return (
      <>
        {save.data === undefined ? null : <Saved saved={save.data} />}
        <InForce replay={replay} onReplay={() => replay.mutate(definition)} />
        {report}
      </>
    );
  }
  const isAsked = replay.variables === definition;
  // Where there is no past, there is nothing to try it out on.
  const hasNoPast = isAsked && isCode(replay.error, 'PARTITION_NOT_FOUND');
  const isTried = hasNoPast || (isAsked && replay.data !== undefined);
  const isOutdated = draft.version !== dataset.version;
  return (
    <Stack gap="md">
      <Stack className="card draft" p="md" gap="sm" role="region" aria-label="Draft">
        <Group justify="space-between" gap="sm">
          <DraftTitle count={changes.length} />
          <Group gap="xs">
            <Button
              variant={isTried ? 'default' : 'filled'}
              loading={replay.isPending}
              onClick={() => replay.mutate(definition)}
            >
              Try it on the past
            </Button>
            <Button disabled={!isTried} loading={save.isPending} onClick={() => save.mutate(draft)}>
              Save
            </Button>
            <Button variant="subtle" color="gray" onClick={() => onChange(undefined)}>
              Discard
            </Button>
          </Group>
        </Group>
        <Changes changes={changes} />
        <Text size="sm" className="quiet">
          {hasNoPast
            ? 'There is no measured past to try it on: it holds from the first partition on.'
            : isTried
              ? 'Below is what it would have done. Nobody was told.'
              : 'Try it on the past first: you see on which partitions it would have alerted, and nobody is told.'}
        </Text>
        {isOutdated ? <Outdated dataset={dataset} draft={draft} onChange={onChange} /> : null}
        {save.error === null || isOutdated ? null : (
          <FailedRequest error={save.error} title="It is not saved" />
        )}
        {replay.error === null || hasNoPast ? null : (
          <FailedRequest error={replay.error} title="It could not be replayed" />
        )}
      </Stack>
      {report}
    </Stack>
  );
}

function useSave(dataset: string, onSaved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ definition, version }: Draft) =>
      act<ApplyView>(
        'PUT',
        `/datasets/${encodeURIComponent(dataset)}/policy`,
        { yaml: policyYaml(definition), file: 'policy.yaml' },
        { 'if-match': `"${version}"` },
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['dataset', dataset] });
      onSaved();
    },
  });
}

function isCode(error: Error | null, code: string): boolean {
  return error instanceof RequestError && error.code === code;
}

type InForceProps = { readonly replay: ReturnType<typeof useReplay>; readonly onReplay: () => void };

function InForce({ replay: { isPending, error }, onReplay }: InForceProps) {
  return (
    <>
      <Group gap="sm">
        <Button variant="default" loading={isPending} onClick={onReplay}>
          Replay the policy in force
        </Button>
        <Text size="sm" className="quiet">
          shows on which past partitions it alerts, with all that people said since
        </Text>
      </Group>
      {error === null ? null : <FailedRequest error={error} title="It could not be replayed" />}
    </>
  );
}

function DraftTitle({ count }: { readonly count: number }) {
  return (
    <Group gap="sm">
      <Title order={3} size="h5">
        Your draft
      </Title>
      <Badge color="orange" variant="light" tt="none">
        {count} {count === 1 ? 'change' : 'changes'}, not saved
      </Badge>
    </Group>
  );
}

function Changes({ changes }: { readonly changes: readonly DefinitionChange[] }) {
  const hidden = changes.length - linesShown;
  return (
    <List size="sm" spacing={2} listStyleType="none">
      {changes.slice(0, linesShown).map((change) => (
        <List.Item key={change.path}>
          <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>
            {describeDefinitionChange(change)}
          </Code>
        </List.Item>
      ))}
      {hidden > 0 ? <List.Item>and {hidden} more</List.Item> : null}
    </List>
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
