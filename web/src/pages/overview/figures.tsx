import { SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import type { Attention } from '../../../../src/services/registry/overview.ts';

/** In the order in which they are looked at. */
export const attentionWords = [
  { value: 'failing', label: 'Failing', ink: 'var(--status-fail)' },
  { value: 'warning', label: 'Warning', ink: 'var(--status-warn)' },
  { value: 'passing', label: 'Passing', ink: 'var(--status-pass)' },
  { value: 'waiting', label: 'Not checked', ink: 'var(--status-none)' },
] as const satisfies readonly { value: Attention; label: string; ink: string }[];

type Props = {
  readonly counts: Readonly<Record<Attention, number>>;
  readonly chosen: Attention | undefined;
  readonly onChoose: (choice: Attention | undefined) => void;
};

/** How many datasets are how; a click shows only those, a second one all of them again. */
export function Figures({ counts, chosen, onChoose }: Props) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="sm" role="group" aria-label="Which datasets">
      <Figure label="All" value={all} isChosen={chosen === undefined} onClick={() => onChoose(undefined)} />
      {attentionWords.map(({ value, label, ink }) => (
        <Figure
          key={value}
          label={label}
          value={counts[value]}
          ink={counts[value] === 0 ? 'var(--quiet)' : ink}
          isChosen={chosen === value}
          onClick={() => onChoose(chosen === value ? undefined : value)}
        />
      ))}
    </SimpleGrid>
  );
}

type FigureProps = {
  readonly label: string;
  readonly value: number;
  readonly ink?: string;
  readonly isChosen: boolean;
  readonly onClick: () => void;
};

function Figure({ label, value, ink = 'inherit', isChosen, onClick }: FigureProps) {
  return (
    <UnstyledButton
      className="card figure"
      data-chosen={isChosen || undefined}
      aria-pressed={isChosen}
      onClick={onClick}
    >
      <Text size="sm" className="quiet" component="span" display="block">
        {label}
      </Text>
      <Text fz={26} fw={650} lh={1.25} className="numbers" component="span" style={{ color: ink }}>
        {new Intl.NumberFormat('en').format(value)}
      </Text>
    </UnstyledButton>
  );
}
