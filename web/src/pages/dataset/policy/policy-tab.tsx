import { SegmentedControl, Slider, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import type { DatasetDetailView } from '../../../../../src/services/registry/registry.ts';
import { PolicyText } from './policy-text.tsx';
import { SaveDraft } from './save-draft.tsx';
import { Suggested } from './suggested.tsx';
import { ThresholdDrawer } from './threshold-drawer.tsx';
import { ThresholdsTable } from './thresholds-table.tsx';

const budgets = [0.25, 0.5, 1, 2, 4, 8] as const;

/** A change that is being written, and the version that it was begun on. */
export type Draft = {
  readonly definition: DatasetDefinition;
  readonly version: number;
  /** Metrics whose thresholds were edited, the last one first: those that one wants to see. */
  readonly metrics: readonly string[];
};

const metricsShown = 4;

/** How the dataset is judged: a draft that is tried out on the past before it is put in force. */
export function PolicyTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const [draft, setDraft] = useState<Draft>();
  const [search, setSearch] = useSearchParams();
  const isText = search.get('view') === 'text';
  const definition = draft?.definition ?? dataset.definition;
  const change = (next: DatasetDefinition, metric?: string): void => {
    const metrics = new Set([...(metric === undefined ? [] : [metric]), ...(draft?.metrics ?? [])]);
    const version = draft?.version ?? dataset.version;
    setDraft({ definition: next, version, metrics: [...metrics].slice(0, metricsShown) });
  };
  const look = (name: string, value: string | undefined): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === undefined) after.delete(name);
      else after.set(name, value);
      return after;
    });
  return (
    <Stack gap="lg">
      <SaveDraft dataset={dataset} draft={draft} onChange={setDraft} />
      <Stack className="card" p="md" gap="sm">
        <Title order={3} size="h5">
          How it is judged
        </Title>
        <Text size="sm" className="quiet">
          Every metric is judged by what is learned from the past, and by the bounds that you set. Change what
          you like: nothing holds until you save it.
        </Text>
        <Budget definition={definition} onChange={change} />
      </Stack>
      <Stack gap="sm">
        <SegmentedControl
          aria-label="How to write it"
          value={isText ? 'text' : 'table'}
          onChange={(value) => look('view', value === 'text' ? 'text' : undefined)}
          data={[
            { value: 'table', label: 'Thresholds' },
            { value: 'text', label: 'As text' },
          ]}
          style={{ alignSelf: 'flex-start' }}
        />
        {isText ? (
          <PolicyText draft={definition} onChange={change} />
        ) : (
          <ThresholdsTable
            registered={dataset.definition}
            draft={definition}
            onChoose={(metric) => look('metric', metric)}
          />
        )}
      </Stack>
      <Suggested dataset={dataset.dataset} />
      <ThresholdDrawer
        draft={definition}
        metric={search.get('metric') ?? undefined}
        onChange={change}
        onClose={() => look('metric', undefined)}
      />
    </Stack>
  );
}

function Budget({
  definition,
  onChange,
}: {
  readonly definition: DatasetDefinition;
  readonly onChange: (definition: DatasetDefinition) => void;
}) {
  const { alertsPerMonth } = definition.policy;
  const place = budgets.findIndex((each) => each >= alertsPerMonth);
  return (
    <div style={{ maxWidth: 460 }}>
      <Text size="sm" fw={550} id="budget">
        False alarms a month that you accept: {alertsPerMonth}
      </Text>
      <Slider
        aria-labelledby="budget"
        thumbLabel="False alarms a month"
        value={place < 0 ? budgets.length - 1 : place}
        min={0}
        max={budgets.length - 1}
        step={1}
        marks={budgets.map((value, at) => ({ value: at, label: String(value) }))}
        label={(at) => budgets[at] ?? ''}
        onChange={(at) =>
          onChange({
            ...definition,
            policy: { ...definition.policy, alertsPerMonth: budgets[at] ?? alertsPerMonth },
          })
        }
        mb="lg"
      />
    </div>
  );
}
