import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { DatasetView } from '../../../../src/services/registry/registry.ts';
import { datasets } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { DatasetTable } from './dataset-table.tsx';
import { Figures } from './figures.tsx';
import { type Attention, attentions, type Filter, matching, sorted } from './find-datasets.ts';
import { FirstSteps } from './first-steps.tsx';

/** All datasets: what needs a look first. The filter is in the address. */
export function OverviewPage() {
  const query = useQuery(datasets);
  return (
    <Stack gap="md">
      <title>Datasets · Assay</title>
      <Answer query={query} height={400}>
        {(all) => (all.length === 0 ? <FirstSteps /> : <Overview all={all} />)}
      </Answer>
    </Stack>
  );
}

function Overview({ all }: { readonly all: readonly DatasetView[] }) {
  const [search, setSearch] = useSearchParams();
  const text = search.get('search') ?? '';
  const state = search.get('state') ?? 'all';
  const change = (name: 'search' | 'state', value: string, empty: string) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === empty) after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const filter: Filter = { text: useDeferredValue(text), state: isAttention(state) ? state : 'all' };
  const ordered = useMemo(() => sorted(all), [all]);
  const found = matching(ordered, filter);
  return (
    <>
      <Group justify="space-between" align="end">
        <Title order={2}>Datasets</Title>
        <Group gap="sm">
          <TextInput
            value={text}
            onChange={(event) => change('search', event.currentTarget.value, '')}
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
      <Figures all={all} chosen={filter.state} onChoose={(value) => change('state', value, 'all')} />
      {found.length === 0 ? (
        <Notice title="No dataset fits">Change the search, or show all of them.</Notice>
      ) : (
        <DatasetTable datasets={found} />
      )}
    </>
  );
}

function isAttention(text: string): text is Attention {
  return attentions.some(({ value }) => value === text);
}
