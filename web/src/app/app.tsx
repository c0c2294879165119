import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { queryClient } from '../api/query-client.ts';
import { Entrance } from './entrance.tsx';
import { theme } from './theme.ts';

/** The whole page. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Entrance />
      </QueryClientProvider>
    </MantineProvider>
  );
}
