import { SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import type { DatasetView } from '../../../../src/services/registry/registry.ts';
import { type Attention, attentions, countByAttention } from './find-datasets.ts';

type Choice = Attention | 'all';

type Props = {
  readonly all: readonly DatasetView[];
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
};

/** How many datasets are how; a click shows only those, a second one all of them again. */
export function Figures({ all, chosen, onChoose }: Props) {
  const counts = countByAttention(all);
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="sm" role="group" aria-label="Which datasets">
      <Figure label="All" value={all.length} isChosen={chosen === 'all'} onClick={() => onChoose('all')} />
      {attentions.map(({ value, label, ink }) => (
        <Figure
          key={value}
          label={label}
          value={counts[value]}
          ink={counts[value] === 0 ? 'var(--quiet)' : ink}
          isChosen={chosen === value}
          onClick={() => onChoose(chosen === value ? 'all' : value)}
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
