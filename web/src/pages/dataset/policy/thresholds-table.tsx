import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { Badge, Chip, Group, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Result } from '../../../../../src/core/checks/result.ts';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import { results } from '../../../api/queries.ts';
import { Answer } from '../../../parts/answer.tsx';
import { MoreRows } from '../../../parts/more-rows.tsx';
import { Notice } from '../../../parts/notice.tsx';
import { StatusSign } from '../../../parts/status.tsx';
import { valueText } from '../check-table.tsx';
import { thresholdsOf } from './policy-draft.ts';
import { thresholdWords } from './threshold-words.ts';

type Props = {
  readonly registered: DatasetDefinition;
  readonly draft: DatasetDefinition;
  readonly onChoose: (metric: string) => void;
};

/** Every metric of the newest partition with what holds for it in the draft; a click edits it. */
export function ThresholdsTable({ registered, draft, onChoose }: Props) {
  const query = useQuery(results(registered.dataset, undefined));
  const [text, setText] = useState('');
  const [isOwn, setOwn] = useState(false);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput
          aria-label="Search metrics"
          placeholder="column or metric"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<MagnifyingGlassIcon width={16} aria-hidden />}
          w={240}
        />
        <Chip checked={isOwn} onChange={setOwn}>
          Only what somebody set
        </Chip>
      </Group>
      <Answer query={query} height={300}>
        {({ results: all }) => {
          const lines = linesOf(all, { registered, draft }).filter(
            ({ metric, words }) => metric.includes(text.trim()) && (!isOwn || words !== 'learned'),
          );
          if (all.length === 0) {
            return (
              <Notice title="Nothing is measured yet">
                Let Assay learn from the past: <code>assay backfill {registered.dataset}</code>. Until then,
                write the policy as text.
              </Notice>
            );
          }
          if (lines.length === 0)
            return <Notice title="No metric fits">Change the search, or show all.</Notice>;
          return (
            <MoreRows
              rows={lines}
              minWidth={330}
              head={['Metric', { title: 'Newest value', from: 'sm' }, 'What holds']}
              row={(line) => <Line key={line.metric} line={line} onChoose={onChoose} />}
            />
          );
        }}
      </Answer>
    </Stack>
  );
}

type MetricLine = {
  readonly metric: string;
  readonly newest: Result;
  readonly words: string;
  /** What holds now, where the draft says something else. */
  readonly before?: string;
};

function linesOf(
  all: readonly Result[],
  { registered, draft }: { readonly registered: DatasetDefinition; readonly draft: DatasetDefinition },
): readonly MetricLine[] {
  const seen = new Map<string, Result>();
  for (const result of all) {
    const isJudged = result.record.kind === 'learned' || result.record.kind === 'set';
    // Those of groups of rows are as their column's.
    if (isJudged && !result.metric.endsWith(']') && !seen.has(result.metric)) seen.set(result.metric, result);
  }
  return [...seen].map(([metric, newest]) => {
    const words = thresholdWords(metric, thresholdsOf(draft, metric));
    const before = thresholdWords(metric, thresholdsOf(registered, metric));
    return { metric, newest, words, ...(before === words ? {} : { before }) };
  });
}

function Line({
  line: { metric, newest, words, before },
  onChoose,
}: {
  readonly line: MetricLine;
  readonly onChoose: (metric: string) => void;
}) {
  return (
    <Table.Tr>
      <Table.Td miw={170}>
        <UnstyledButton onClick={() => onChoose(metric)} className="row-link" aria-label={`Edit ${metric}`}>
          <Group gap={8} wrap="nowrap" component="span" display="inline-flex">
            <StatusSign status={newest.status} size={10} />
            <Text component="span" ff="monospace" size="sm" fw={550} className="wrap" lineClamp={2}>
              <bdi>{metric}</bdi>
            </Text>
          </Group>
        </UnstyledButton>
      </Table.Td>
      <Table.Td className="numbers" visibleFrom="sm">
        {valueText(newest)}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{words}</Text>
        {before === undefined ? null : (
          <Group gap={6}>
            <Badge size="xs" color="orange" variant="light" tt="none">
              changed
            </Badge>
            <Text size="xs" className="quiet">
              now: {before}
            </Text>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
