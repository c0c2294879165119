import { TrashIcon } from '@heroicons/react/24/outline';
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import type { SetCondition } from '../../../../../src/core/checks/definition.ts';
import type { Bound } from './bounds.ts';

const operators: readonly { readonly value: SetCondition['operator']; readonly label: string }[] = [
  { value: 'must_be_greater_than', label: 'greater than' },
  { value: 'must_be_greater_than_or_equal', label: 'at least' },
  { value: 'must_be_less_than', label: 'less than' },
  { value: 'must_be_less_than_or_equal', label: 'at most' },
  { value: 'must_be_between', label: 'between' },
  { value: 'must_be_not_between', label: 'not between' },
  { value: 'must_be', label: 'exactly' },
  { value: 'must_not_be', label: 'not' },
];

type Props = {
  readonly bounds: readonly Bound[];
  /** What is wrong with the text of each bound. */
  readonly errors: readonly (string | undefined)[];
  /** What a bound of this metric looks like. */
  readonly example: string;
  readonly onChange: (bounds: readonly Bound[]) => void;
};

/** Bounds that a person sets, a line each; all of them must hold. */
export function BoundsEditor({ bounds, errors, example, onChange }: Props) {
  const change = (at: number, part: Partial<Bound>): void =>
    onChange(bounds.map((bound, place) => (place === at ? { ...bound, ...part } : bound)));
  return (
    <Stack gap="xs" align="flex-start">
      {bounds.length === 0 ? (
        <Text size="sm" className="quiet">
          None: only what is learned is judged.
        </Text>
      ) : null}
      {bounds.map((bound, at) => (
        // Bounds have no identity but their place.
        <Group key={at} gap="xs" align="flex-start" role="group" aria-label={`Bound ${at + 1}`}>
          <Select
            aria-label="It must be"
            data={[...operators]}
            value={bound.operator}
            allowDeselect={false}
            onChange={(value) => change(at, { operator: value as Bound['operator'] })}
            w={150}
          />
          <TextInput
            aria-label={isPair(bound) ? 'Lower bound' : 'Bound'}
            value={bound.low}
            placeholder={example}
            onChange={(event) => change(at, { low: event.currentTarget.value })}
            error={errors[at]}
            w={110}
          />
          {isPair(bound) ? (
            <TextInput
              aria-label="Upper bound"
              value={bound.high}
              placeholder={example}
              onChange={(event) => change(at, { high: event.currentTarget.value })}
              w={110}
            />
          ) : null}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove bound ${at + 1}`}
            onClick={() => onChange(bounds.filter((_, place) => place !== at))}
          >
            <TrashIcon width={18} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        onClick={() => onChange([...bounds, { operator: 'must_be_greater_than', low: '', high: '' }])}
      >
        Add a bound
      </Button>
    </Stack>
  );
}

function isPair({ operator }: Bound): boolean {
  return operator === 'must_be_between' || operator === 'must_be_not_between';
}
