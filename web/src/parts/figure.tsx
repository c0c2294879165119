import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A number that is looked at first, with what it counts above it. */
export function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="card" style={{ padding: '10px 14px' }}>
      <Text size="xs" className="quiet">
        {label}
      </Text>
      <Text fw={650} fz="lg" className="numbers" component="div">
        {children}
      </Text>
    </div>
  );
}
