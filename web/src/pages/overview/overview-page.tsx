import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { OverviewSort } from '../../../../src/services/registry/overview.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { DatasetTable } from './dataset-table.tsx';
import { attentionWords, Figures } from './figures.tsx';
import { FirstSteps } from './first-steps.tsx';
import { type OverviewFilter, overview } from './overview-queries.ts';

const sorts: readonly OverviewSort[] = ['attention', 'name', 'rows', 'taken_in', 'checked'];
const typingMs = 150;

/** All datasets: what needs a look first. What is shown, and how, is in the address. */
export function OverviewPage() {
  const [search, setSearch] = useSearchParams();
  const text = search.get('search') ?? '';
  const filter = { ...filterOf(search), search: useDebouncedValue(text, typingMs)[0] };
  const change = (entries: Readonly<Record<string, string | undefined>>): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(entries)) {
          if (value === undefined || value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  return (
    <Stack gap="md">
      <title>Datasets · Assay</title>
      <Group justify="space-between" align="end">
        <Title order={2}>Datasets</Title>
        <Group gap="sm">
          <TextInput
            value={text}
            onChange={(event) => change({ search: event.currentTarget.value })}
            placeholder="Name, owner or description"
            aria-label="Search datasets"
            leftSection={<MagnifyingGlassIcon width={17} aria-hidden />}
            w={{ base: '100%', xs: 280 }}
          />
          <Button component={Link} href="/new">
            New dataset
          </Button>
        </Group>
      </Group>
      <Found filter={filter} change={change} />
    </Stack>
  );
}

type FoundProps = {
  readonly filter: OverviewFilter;
  readonly change: (entries: Readonly<Record<string, string | undefined>>) => void;
};

function Found({ filter, change }: FoundProps) {
  const query = useInfiniteQuery(overview(filter));
  const { fetchNextPage, hasNextPage, isFetching } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  const sort = (by: OverviewSort, order: 'asc' | 'desc'): void =>
    change({ sort: by === 'attention' ? undefined : by, order: order === 'asc' ? undefined : order });
  return (
    <Answer query={query} height={400}>
      {({ pages }) => {
        const [{ counts, found } = nothing] = pages;
        const isEmpty = Object.values(counts).every((count) => count === 0);
        if (isEmpty && filter.search === '') return <FirstSteps />;
        const lines = pages.flatMap(({ datasets }) => datasets);
        return (
          <>
            <Figures
              counts={counts}
              chosen={filter.attention}
              onChoose={(attention) => change({ state: attention })}
            />
            {found === 0 ? (
              <Notice title="No dataset fits">Change the search, or show all of them.</Notice>
            ) : (
              <DatasetTable lines={lines} found={found} filter={filter} onSort={sort} onMore={more} />
            )}
          </>
        );
      }}
    </Answer>
  );
}

const nothing = { counts: { failing: 0, warning: 0, waiting: 0, passing: 0 }, found: 0 } as const;

function filterOf(search: URLSearchParams): Omit<OverviewFilter, 'search'> {
  const state = search.get('state');
  const sort = search.get('sort');
  return {
    attention: attentionWords.find(({ value }) => value === state)?.value,
    sort: sorts.find((one) => one === sort) ?? 'attention',
    order: search.get('order') === 'desc' ? 'desc' : 'asc',
  };
}
