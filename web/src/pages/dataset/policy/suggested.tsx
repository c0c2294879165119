import { Button, Code, CopyButton, Group, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { suggestions } from '../../../api/queries.ts';
import { Answer } from '../../../parts/answer.tsx';

/** Checks that the past speaks for, each with its evidence; looked for when somebody asks. */
export function Suggested({ dataset }: { readonly dataset: string }) {
  const [isAsked, setAsked] = useState(false);
  const query = useQuery({ ...suggestions(dataset), enabled: isAsked });
  return (
    <Stack className="card" p="md" gap="sm" align="flex-start">
      <Title order={3} size="h5">
        Suggested checks
      </Title>
      {isAsked ? (
        <Answer query={query} height={160}>
          {({ suggestions: all, partitions, yaml }) => (
            <>
              <Text size="sm" className="quiet">
                From {partitions} partitions.
              </Text>
              <List size="sm" spacing={6}>
                {all.map(({ column, text, evidence }) => (
                  <List.Item key={`${column ?? ''} ${text}`}>
                    <Code>{column === undefined ? text : `${column}: ${text}`}</Code>
                    <Text size="xs" className="quiet">
                      {evidence}
                    </Text>
                  </List.Item>
                ))}
              </List>
              <Group>
                <CopyButton value={yaml}>
                  {({ copied, copy }) => (
                    <Button variant="default" size="xs" onClick={copy}>
                      {copied ? 'Copied' : 'Copy as a whole definition'}
                    </Button>
                  )}
                </CopyButton>
              </Group>
            </>
          )}
        </Answer>
      ) : (
        <>
          <Text size="sm" className="quiet">
            Keys, valid values, formats and ranges that all partitions so far have kept.
          </Text>
          <Button variant="default" onClick={() => setAsked(true)}>
            Look for them
          </Button>
        </>
      )}
    </Stack>
  );
}
