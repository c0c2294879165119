import { Alert, Button, Group, Slider, Stack, Text, Textarea, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReplayView } from '../../../../src/services/quality/replays.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { act } from '../../api/request.ts';
import { ReplayReport } from './replay-report.tsx';
import { Suggested } from './suggested.tsx';

const budgets = [0.25, 0.5, 1, 2, 4, 8] as const;

/** Tries a policy out on the past, before anybody is woken by it. */
export function PolicyTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const { alertsPerMonth } = dataset.definition.policy;
  const [yaml, setYaml] = useState(`policy: { alerts_per_month: ${alertsPerMonth} }\n`);
  const replay = useMutation({
    mutationFn: () =>
      act<ReplayView>('POST', `/datasets/${encodeURIComponent(dataset.dataset)}/replay`, {
        yaml,
        file: 'policy.yaml',
      }),
  });
  const place = Math.max(
    0,
    budgets.findIndex((each) => each >= alertsPerMonth),
  );
  return (
    <Stack gap="lg">
      <Stack className="card" p="md" gap="sm">
        <Title order={3} size="h5">
          Try a policy out on the past
        </Title>
        <Text size="sm" className="quiet">
          Every partition that was measured is judged again by what you write here. Nothing is registered, and
          nobody is told.
        </Text>
        <div style={{ maxWidth: 460 }}>
          <Text size="sm" fw={550} id="budget">
            False alarms a month that you accept
          </Text>
          <Slider
            aria-labelledby="budget"
            thumbLabel="False alarms a month"
            defaultValue={place}
            min={0}
            max={budgets.length - 1}
            step={1}
            marks={budgets.map((value, at) => ({ value: at, label: String(value) }))}
            label={(at) => budgets[at] ?? ''}
            onChangeEnd={(at) => setYaml(withBudget(yaml, budgets[at] ?? 1))}
            mb="lg"
          />
        </div>
        <Textarea
          label="Policy"
          description="Any of policy, checks, columns and segments; what it does not say is taken from the registered definition."
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={24}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
          spellCheck={false}
        />
        <Group>
          <Button onClick={() => replay.mutate()} loading={replay.isPending}>
            Replay
          </Button>
        </Group>
        {replay.error === null ? null : (
          <Alert color="red" role="alert" title="It could not be replayed">
            {replay.error.message}
          </Alert>
        )}
      </Stack>
      {replay.data === undefined ? null : <ReplayReport replay={replay.data} />}
      <Suggested dataset={dataset.dataset} />
    </Stack>
  );
}

/** The text with another budget: in its own line if it has one, else on top. */
function withBudget(yaml: string, budget: number): string {
  const line = /alerts_per_month:\s*[\d.]+/;
  if (line.test(yaml)) return yaml.replace(line, `alerts_per_month: ${budget}`);
  return `policy: { alerts_per_month: ${budget} }\n${yaml}`;
}
