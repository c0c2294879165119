import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that there is nothing to show here, and what to do about it. */
export function Notice({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Stack className="card" align="center" gap="xs" p="xl" my="md" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text component="div" className="quiet" maw={560}>
        {children}
      </Text>
    </Stack>
  );
}
