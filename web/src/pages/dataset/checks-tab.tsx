import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { Chip, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { Result, ResultStatus } from '../../../../src/core/checks/result.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { partitions, results } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { StatusSign } from '../../parts/status.tsx';
import { statusWord } from '../../parts/status-words.ts';
import { CheckTable } from './check-table.tsx';
import { ResultDrawer } from './result-drawer.tsx';

const statuses: readonly ResultStatus[] = ['fail', 'error', 'warn', 'pass', 'not_evaluated'];

/** Every check of one partition, the worst first, each with the course of its metric. What is chosen is in the address. */
export function ChecksTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const [search, setSearch] = useSearchParams();
  const partition = search.get('partition') ?? undefined;
  const [text, status, chosen] = [search.get('check') ?? '', search.get('status'), search.get('result')];
  const days = useQuery(partitions(dataset.dataset));
  const query = useQuery(results(dataset.dataset, partition));
  const change = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null || value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  return (
    <Stack gap="md">
      <Group gap="sm" align="end">
        <Select
          label="Partition"
          data={(days.data ?? []).map(({ partition: key }) => key)}
          value={partition ?? null}
          placeholder={dataset.lastPartition?.partition ?? 'newest'}
          onChange={(value) => change('partition', value)}
          searchable
          clearable
          limit={100}
          w={220}
        />
        <TextInput
          label="Check"
          value={text}
          onChange={(event) => change('check', event.currentTarget.value)}
          placeholder="column or metric"
          leftSection={<MagnifyingGlassIcon width={16} aria-hidden />}
          w={240}
        />
      </Group>
      <Answer query={query} height={420}>
        {({ results: all, metrics, unanswered }) => {
          const fits = all.filter(
            ({ check, status: own }) => check.includes(text) && (status === null || own === status),
          );
          return (
            <>
              <StatusChips results={all} chosen={status} onChoose={(one) => change('status', one)} />
              {unanswered.length === 0 ? null : (
                <Notice title={`${unanswered.length} newer checks are not answered yet`}>
                  They were added after this partition was measured. The next scan answers them; for the past,
                  run <code>assay backfill {dataset.dataset} --force</code>.
                </Notice>
              )}
              {fits.length === 0 ? (
                <Notice title="No check fits">Change the search, or choose another partition.</Notice>
              ) : (
                <CheckTable results={fits} metrics={metrics} onChoose={(id) => change('result', id)} />
              )}
              <ResultDrawer
                result={all.find(({ id }) => id === chosen)}
                onClose={() => change('result', null)}
              />
            </>
          );
        }}
      </Answer>
    </Stack>
  );
}

type ChipsProps = {
  readonly results: readonly Result[];
  readonly chosen: string | null;
  readonly onChoose: (status: ResultStatus | null) => void;
};

/** How many checks have which status; one of them can be chosen. */
function StatusChips({ results: all, chosen, onChoose }: ChipsProps) {
  const counted = statuses.map((status) => ({
    status,
    count: all.filter((result) => result.status === status).length,
  }));
  return (
    <Group gap={8} role="group" aria-label="Statuses">
      {counted
        .filter(({ count }) => count > 0)
        .map(({ status, count }) => (
          <Chip
            key={status}
            size="sm"
            checked={chosen === status}
            onChange={() => onChoose(chosen === status ? null : status)}
          >
            <Group component="span" gap={6} display="inline-flex">
              <StatusSign status={status} size={10} /> {statusWord(status)} {count}
            </Group>
          </Chip>
        ))}
    </Group>
  );
}
