import { Center, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The frame of pages for those who are not signed in. */
export function EntryCard({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}) {
  return (
    <Center component="main" id="content" tabIndex={-1} mih="100vh" p="md">
      <title>{`${title} · Assay`}</title>
      <Stack w="100%" maw={400} gap="lg">
        <Group gap={10} justify="center" wrap="nowrap">
          <img src="/icon.svg" width={34} height={34} alt="" />
          <Text fw={700} fz={24}>
            Assay
          </Text>
        </Group>
        <Stack className="card" p="xl" gap="md">
          <div>
            <Title order={1} size="h3">
              {title}
            </Title>
            <Text size="sm" className="quiet wrap" mt={4}>
              {lead}
            </Text>
          </div>
          {children}
        </Stack>
      </Stack>
    </Center>
  );
}
