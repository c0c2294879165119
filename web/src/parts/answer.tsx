import { Alert, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { RequestError } from '../api/request.ts';

/** Shows an answer of the service: while it is on its way, when it failed, and what it says. */
export function Answer<T>({
  query,
  height = 160,
  children,
}: {
  readonly query: UseQueryResult<T>;
  /** Of the place that is kept while the answer is on its way. */
  readonly height?: number;
  readonly children: (value: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? <Stale error={query.error} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <FailedRequest error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton height={height} radius="md" role="status" aria-label="Loading" />;
}

function Stale({ error }: { readonly error: Error }) {
  return (
    <Alert color="yellow" mb="sm" role="status">
      This is what was known last: {error.message}.
    </Alert>
  );
}

type FailedProps = {
  readonly error: Error;
  /** What was not done; by default the error itself is the title. */
  readonly title?: string;
  readonly retry?: () => void;
};

/** Says what went wrong, what to do about it, and the code that can be searched for. */
export function FailedRequest({ error, title, retry }: FailedProps) {
  const hint = error instanceof RequestError ? error.hint : undefined;
  const code = error instanceof RequestError ? error.code : undefined;
  return (
    <Alert color="red" title={title ?? sentence(error.message)} role="alert">
      <Stack gap="xs" align="flex-start">
        {title === undefined ? null : (
          <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
            {sentence(error.message)}
          </Text>
        )}
        {hint === undefined ? null : <Text size="sm">{sentence(hint)}</Text>}
        <Group gap="sm">
          {retry === undefined ? null : (
            <Button size="xs" variant="light" color="red" onClick={retry}>
              Try again
            </Button>
          )}
          {code === undefined ? null : <Code>{code}</Code>}
        </Group>
      </Stack>
    </Alert>
  );
}

/** The service's messages begin small, because programs put them into others. */
function sentence(words: string): string {
  const [first = '', ...rest] = words;
  return first.toUpperCase() + rest.join('');
}
