import { MagnifyingGlassIcon } from '@heroicons/react/24/outline';
import { Button, Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { DatasetView } from '../../../../src/services/registry/registry.ts';
import { datasets } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { Notice } from '../../parts/notice.tsx';
import { DatasetTable } from './dataset-table.tsx';
import { type Attention, attentionOf, attentions, type Filter, matching, sorted } from './find-datasets.ts';
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
  const filter: Filter = useDeferredValue({ text, state: isAttention(state) ? state : 'all' });
  const found = sorted(matching(all, filter));
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
      <Summary all={all} />
      <SegmentedControl
        value={filter.state}
        onChange={(value) => change('state', value, 'all')}
        aria-label="Which datasets"
        data={[
          { value: 'all', label: `All ${all.length}` },
          ...attentions.map(({ value, label }) => ({ value, label })),
        ]}
        style={{ alignSelf: 'flex-start' }}
      />
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

function Summary({ all }: { readonly all: readonly DatasetView[] }) {
  const count = (attention: Attention) => all.filter((each) => attentionOf(each) === attention).length;
  const open = all.reduce((sum, { incidentsOpen }) => sum + incidentsOpen, 0);
  const rows = all.reduce((sum, { lastPartition }) => sum + (lastPartition?.rowCount ?? 0), 0);
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      <Figure label="Open incidents" value={open} tone={open > 0 ? 'var(--status-fail)' : undefined} />
      <Figure
        label="Failing"
        value={count('failing')}
        tone={count('failing') > 0 ? 'var(--status-fail)' : undefined}
      />
      <Figure label="Passing" value={count('passing')} tone="var(--status-pass)" />
      <Figure label="Rows in the newest partitions" value={rows} />
    </SimpleGrid>
  );
}

function Figure({
  label,
  value,
  tone,
}: {
  readonly label: string;
  readonly value: number;
  readonly tone?: string | undefined;
}) {
  return (
    <div className="card" style={{ padding: '14px 18px' }}>
      <Text size="sm" className="quiet">
        {label}
      </Text>
      <Text
        fz={26}
        fw={650}
        lh={1.25}
        className="numbers"
        style={tone === undefined ? undefined : { color: tone }}
      >
        {new Intl.NumberFormat('en').format(value)}
      </Text>
    </div>
  );
}
