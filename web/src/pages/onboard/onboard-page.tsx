import { Anchor, Breadcrumbs, Button, Group, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import type { PreviewView } from '../../../../src/services/registry/preview.ts';
import { act } from '../../api/request.ts';
import { Answer } from '../../parts/answer.tsx';
import { ChecksStep } from './checks-step.tsx';
import {
  type Draft,
  draftOf,
  missingOf,
  previewRequest,
  type Step,
  searchOf,
  steps,
  suggestedName,
} from './draft.ts';
import { RegisterStep } from './register-step.tsx';
import { ShapeStep } from './shape-step.tsx';
import { SourceStep } from './source-step.tsx';
import './onboard.css';

const titles: Readonly<Record<Step, string>> = {
  source: 'Source',
  shape: 'Columns and partitions',
  checks: 'Checks',
  register: 'Register',
};

/** Registers a dataset in steps, with a look at its source before it is one. Each state has an address. */
export function OnboardPage() {
  const [search, setSearch] = useSearchParams();
  const draft = draftOf(search);
  const change = (to: Partial<Draft>): void => {
    const after = { ...draft, ...to };
    const named = after.step === 'register' && after.name === '' && to.name === undefined;
    // A step is a place to come back to; a letter that was typed is none.
    setSearch(searchOf(named ? { ...after, name: suggestedName(after) } : after), {
      replace: to.step === undefined,
    });
  };
  const request = previewRequest(draft);
  const isComplete = missingOf(draft).length === 0;
  const preview = useQuery({
    queryKey: ['preview', request],
    queryFn: () => act<PreviewView>('POST', '/previews', request),
    enabled: draft.step !== 'source' && isComplete,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  // What is registered depends on it: a definition that was made before it came would lack its checks.
  const isSettled = preview.isError || (preview.data !== undefined && !preview.isPlaceholderData);
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
      <Steps draft={draft} canGo={isComplete} />
      {preview.isFetching && preview.data === undefined ? (
        <Text role="status" className="quiet">
          Looking at the source; large ones take up to half a minute.
        </Text>
      ) : null}
      {draft.step === 'source' || !isComplete ? (
        <SourceStep draft={draft} change={change} />
      ) : draft.step === 'register' && isSettled ? (
        <RegisterStep draft={draft} preview={preview.data} change={change} />
      ) : (
        <Answer query={preview} height={420}>
          {(found) => (
            <div
              aria-busy={preview.isPlaceholderData}
              style={{ opacity: preview.isPlaceholderData ? 0.55 : 1 }}
            >
              {draft.step === 'shape' ? <ShapeStep draft={draft} preview={found} change={change} /> : null}
              {draft.step === 'checks' ? <ChecksStep draft={draft} preview={found} change={change} /> : null}
            </div>
          )}
        </Answer>
      )}
      <Onward draft={draft} change={change} isReady={isSettled && !preview.isError} />
    </Stack>
  );
}

function Steps({ draft, canGo }: { readonly draft: Draft; readonly canGo: boolean }) {
  const now = steps.indexOf(draft.step);
  return (
    <nav aria-label="Steps">
      <ol className="steps">
        {steps.map((step, at) => {
          const label = (
            <>
              <span className="step-number">{at + 1}</span> <span className="step-title">{titles[step]}</span>
            </>
          );
          return (
            <li key={step} data-now={at === now || undefined} data-done={at < now || undefined}>
              {at <= now || canGo ? (
                <Link
                  href={`/new?${searchOf({ ...draft, step }).toString()}`}
                  aria-label={`${at + 1}. ${titles[step]}`}
                  aria-current={at === now ? 'step' : undefined}
                >
                  {label}
                </Link>
              ) : (
                <span aria-disabled="true">{label}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** To the next step and the one before; the first and the last one have buttons of their own. */
function Onward({
  draft,
  change,
  isReady,
}: {
  readonly draft: Draft;
  readonly change: (to: Partial<Draft>) => void;
  readonly isReady: boolean;
}) {
  const at = steps.indexOf(draft.step);
  const [before, next] = [steps[at - 1], steps[at + 1]];
  if (before === undefined) return null;
  return (
    <Group>
      <Button variant="default" onClick={() => change({ step: before })}>
        Back
      </Button>
      {next === undefined ? null : (
        <Button onClick={() => change({ step: next })} disabled={!isReady}>
          Next: {titles[next].toLowerCase()}
        </Button>
      )}
    </Group>
  );
}
