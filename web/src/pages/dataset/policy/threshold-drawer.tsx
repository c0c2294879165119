import { Alert, Button, Drawer, Group, SegmentedControl, Stack, Switch, Text, Title } from '@mantine/core';
import type { LearnedThreshold } from '../../../../../src/core/checks/definition.ts';
import { describeCondition } from '../../../../../src/core/checks/describe-check.ts';
import { formatOf } from '../../../../../src/core/checks/format.ts';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import { boundExample, hasBounds } from './bounds.ts';
import { BoundsEditor } from './bounds-editor.tsx';
import { MetricPreview } from './metric-preview.tsx';
import { useThresholdForm } from './use-threshold-form.ts';

type Props = {
  readonly draft: DatasetDefinition;
  /** The metric whose thresholds are edited; undefined while none is. */
  readonly metric: string | undefined;
  readonly onChange: (draft: DatasetDefinition, metric: string) => void;
  readonly onClose: () => void;
};

/** The thresholds of one metric: what is learned, and bounds that a person sets. */
export function ThresholdDrawer({ draft, metric, onChange, onClose }: Props) {
  return (
    <Drawer
      opened={metric !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={
        <Text ff="monospace" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {metric}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {metric === undefined ? null : (
        <ThresholdForm key={metric} draft={draft} metric={metric} onChange={onChange} onClose={onClose} />
      )}
    </Drawer>
  );
}

function ThresholdForm({ draft, metric, onChange, onClose }: Props & { readonly metric: string }) {
  const form = useThresholdForm(draft, metric);
  const { learned, setLearned, candidate, faults, isReady } = form;
  return (
    <Stack gap="lg">
      <section>
        <Title order={3} size="h6" mb="xs">
          Learned from the past
        </Title>
        <Stack gap="sm">
          <Switch
            label="Judge it by what is learned"
            checked={learned.enabled}
            onChange={(event) => setLearned({ ...learned, enabled: event.currentTarget.checked })}
          />
          {learned.enabled && hasBounds(metric) ? <Wishes learned={learned} onChange={setLearned} /> : null}
        </Stack>
      </section>
      {hasBounds(metric) ? <SetBounds metric={metric} form={form} /> : null}
      {faults.length === 0 ? null : (
        <Alert color="red" role="alert" title="This can not be">
          {faults.join('; ')}
        </Alert>
      )}
      <MetricPreview draft={candidate} metric={metric} isReady={isReady} />
      <Group>
        <Button
          disabled={!isReady}
          onClick={() => {
            onChange(candidate, metric);
            onClose();
          }}
        >
          Keep in the draft
        </Button>
        <Button variant="subtle" color="gray" onClick={onClose}>
          Leave as it is
        </Button>
      </Group>
    </Stack>
  );
}

type SetBoundsProps = { readonly metric: string; readonly form: ReturnType<typeof useThresholdForm> };

function SetBounds({ metric, form: { bounds, setBounds, errors, level, setLevel, others } }: SetBoundsProps) {
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        Set bounds
      </Title>
      <BoundsEditor bounds={bounds} errors={errors} example={boundExample(metric)} onChange={setBounds} />
      {bounds.length === 0 ? null : (
        <Choice
          label="A value outside"
          value={level}
          onChange={setLevel}
          choices={[
            ['fail', 'fails the partition'],
            ['warn', 'only warns'],
          ]}
        />
      )}
      {others.map((threshold) => (
        <Text key={JSON.stringify(threshold)} size="sm" className="quiet" mt="xs">
          Also: {threshold.conditions.map((one) => describeCondition(one, formatOf(metric))).join(' and ')}
        </Text>
      ))}
    </section>
  );
}

function Wishes({
  learned,
  onChange,
}: {
  readonly learned: LearnedThreshold;
  readonly onChange: (learned: LearnedThreshold) => void;
}) {
  return (
    <>
      <Choice
        label="What alarms"
        value={learned.direction}
        onChange={(direction) => onChange({ ...learned, direction })}
        choices={[
          ['both', 'both sides'],
          ['up', 'only a rise'],
          ['down', 'only a drop'],
        ]}
      />
      <Choice
        label="Sensitivity"
        hint="High alarms at half the distance from what is expected, low at twice."
        value={learned.sensitivity}
        onChange={(sensitivity) => onChange({ ...learned, sensitivity })}
        choices={[
          ['low', 'low'],
          ['medium', 'medium'],
          ['high', 'high'],
        ]}
      />
    </>
  );
}

type ChoiceProps<T extends string> = {
  readonly label: string;
  readonly hint?: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
};

function Choice<T extends string>({ label, hint, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <div>
      <Text size="sm" fw={550} mb={4} mt="xs">
        {label}
      </Text>
      <SegmentedControl
        size="sm"
        aria-label={label}
        value={value}
        onChange={(chosen) => onChange(chosen as T)}
        data={choices.map(([one, words]) => ({ value: one, label: words }))}
      />
      {hint === undefined ? null : (
        <Text size="xs" className="quiet" mt={4}>
          {hint}
        </Text>
      )}
    </div>
  );
}
