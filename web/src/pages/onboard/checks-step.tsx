import { Checkbox, Stack, Text, Title } from '@mantine/core';
import type { Suggestion } from '../../../../src/core/suggestions/suggestion.ts';
import type { PreviewView } from '../../../../src/services/registry/preview.ts';
import { Notice } from '../../parts/notice.tsx';
import { type Draft, keyOf } from './draft.ts';

type Props = {
  readonly draft: Draft;
  readonly preview: PreviewView;
  readonly change: (to: Partial<Draft>) => void;
};

/** Checks that the sample speaks for: all of them, but for those that are taken out. */
export function ChecksStep({ draft, preview, change }: Props) {
  const checks = preview.suggestions.filter(({ check }) => check !== undefined);
  const toggle = (key: string, isWanted: boolean): void =>
    change({
      without: isWanted ? draft.without.filter((one) => one !== key) : [...draft.without, key],
    });
  if (checks.length === 0) {
    return (
      <Notice title="No check is suggested yet">
        That takes three partitions with a hundred rows at least. Thresholds are learned from the past in any
        case, and after the backfill the dataset's policy suggests checks from all of it.
      </Notice>
    );
  }
  const groups = Map.groupBy(checks, ({ column }) => column ?? '');
  return (
    <Stack gap="md">
      <Text className="quiet">
        Thresholds are learned from the past by themselves. These are fixed rules, which{' '}
        {preview.read.partitions} partitions speak for; all of them suggests the policy of the dataset after
        its backfill.
      </Text>
      {[...groups].map(([column, own]) => (
        <section key={column} className="card" style={{ padding: 16 }}>
          <Title order={3} size="h5" mb="sm" style={{ overflowWrap: 'anywhere' }}>
            {column === '' ? 'The dataset' : column}
          </Title>
          <Stack gap="sm">
            {own.map((one) => (
              <Choice key={keyOf(one)} suggestion={one} draft={draft} toggle={toggle} />
            ))}
          </Stack>
        </section>
      ))}
    </Stack>
  );
}

function Choice({
  suggestion,
  draft,
  toggle,
}: {
  readonly suggestion: Suggestion;
  readonly draft: Draft;
  readonly toggle: (key: string, isWanted: boolean) => void;
}) {
  const key = keyOf(suggestion);
  return (
    <Checkbox
      checked={!draft.without.includes(key)}
      onChange={(event) => toggle(key, event.currentTarget.checked)}
      label={suggestion.text}
      description={suggestion.evidence}
      styles={{ body: { overflowWrap: 'anywhere' } }}
    />
  );
}
