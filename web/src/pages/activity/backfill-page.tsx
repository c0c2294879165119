import { Anchor, Breadcrumbs, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { backfill as backfillQuery } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { BackfillCard } from './backfill-card.tsx';

/** One backfill, with what failed in it. */
export function BackfillPage({ id }: { readonly id: string }) {
  const query = useQuery(backfillQuery(id));
  return (
    <Stack gap="md">
      <title>Backfill · Assay</title>
      <Breadcrumbs aria-label="Where you are">
        <Anchor component={Link} href="/activity">
          Activity
        </Anchor>
        <Text>Backfill</Text>
      </Breadcrumbs>
      <Answer query={query}>
        {(backfill) => (
          <>
            <BackfillCard backfill={backfill} />
            {backfill.failures.length === 0 ? null : (
              <section>
                <Title order={3} size="h5" mb="xs">
                  What failed
                </Title>
                <MoreRows
                  rows={backfill.failures}
                  minWidth={560}
                  head={['Task', 'Why']}
                  row={({ task, failure }) => (
                    <Table.Tr key={task}>
                      <Table.Td ff="monospace">{task}</Table.Td>
                      <Table.Td>
                        {failure.message}
                        {failure.hint === undefined ? null : (
                          <Text size="sm" className="quiet">
                            {failure.hint}
                          </Text>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  )}
                />
              </section>
            )}
          </>
        )}
      </Answer>
    </Stack>
  );
}
