import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { NotedEntry } from '../../../../src/ports/access-store.ts';
import { audit } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { Notice } from '../../parts/notice.tsx';
import { timeText } from '../../parts/words.ts';

const filters = [
  { name: 'who', label: 'Who', placeholder: 'e-mail address' },
  { name: 'action', label: 'What', placeholder: 'incident.resolve' },
  { name: 'dataset', label: 'Dataset', placeholder: 'all' },
] as const;

/** Who changed what, newest first. The filters stand in the address. */
export function AuditTab() {
  const [search, setSearch] = useSearchParams();
  const filter = Object.fromEntries(
    filters.flatMap(({ name }) => {
      const value = search.get(name)?.trim() ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
  const query = useInfiniteQuery(audit(filter));
  return (
    <Stack gap="md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const given = filters.map(({ name }) => {
            const value = form.get(name);
            return [name, typeof value === 'string' ? value.trim() : ''];
          });
          setSearch(Object.fromEntries(given.filter(([, value]) => value !== '')), { replace: true });
        }}
      >
        <Group gap="sm" align="end">
          {filters.map(({ name, label, placeholder }) => (
            <TextInput
              key={name}
              name={name}
              label={label}
              placeholder={placeholder}
              defaultValue={search.get(name) ?? ''}
              w={200}
            />
          ))}
          <Button type="submit" variant="default">
            Filter
          </Button>
        </Group>
      </form>
      <Answer query={query} height={260}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          if (entries.length === 0)
            return (
              <Notice title="Nothing fits">Take a filter away; only changes are noted, not looks.</Notice>
            );
          return (
            <>
              <MoreRows
                rows={entries}
                minWidth={680}
                head={['When', 'Who', 'What', 'About', { title: 'From', from: 'md' }]}
                row={(entry) => <Entry key={entry.sequence} entry={entry} />}
              />
              {query.hasNextPage ? (
                <Button
                  variant="subtle"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Show earlier ones
                </Button>
              ) : null}
            </>
          );
        }}
      </Answer>
    </Stack>
  );
}

function Entry({ entry: { at, who, action, dataset, subject, address } }: { readonly entry: NotedEntry }) {
  return (
    <Table.Tr>
      <Table.Td className="numbers" style={{ whiteSpace: 'nowrap' }}>
        {timeText(at)}
      </Table.Td>
      <Table.Td className="wrap">{who}</Table.Td>
      <Table.Td>
        <Text size="sm" ff="monospace">
          {action}
        </Text>
      </Table.Td>
      <Table.Td className="wrap">
        {[dataset, subject].filter((one) => one !== undefined).join(' · ') || '–'}
      </Table.Td>
      <Table.Td className="quiet" visibleFrom="md">
        {address ?? '–'}
      </Table.Td>
    </Table.Tr>
  );
}
