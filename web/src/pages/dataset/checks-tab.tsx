import { Chip, Group, Select, Stack, TextInput } from '@mantine/core';
import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { ResultStatus } from '../../../../src/core/checks/result.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { partitions, results } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { StatusSign, statusWord } from '../../parts/status.tsx';
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
              <Group gap={8} role="group" aria-label="Statuses">
                {statuses.map((one) => {
                  const count = all.filter((result) => result.status === one).length;
                  return count === 0 ? null : (
                    <Chip
                      key={one}
                      size="sm"
                      checked={status === one}
                      onChange={() => change('status', status === one ? null : one)}
                    >
                      <Group component="span" gap={6} display="inline-flex">
                        <StatusSign status={one} size={10} /> {statusWord(one)} {count}
                      </Group>
                    </Chip>
                  );
                })}
              </Group>
              {unanswered.length === 0 ? null : (
                <Notice title={`${unanswered.length} newer checks are not answered yet`}>
                  They were added after this partition was measured. The next scan answers them; for the past, run{' '}
                  <code>assay backfill {dataset.dataset} --force</code>.
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
