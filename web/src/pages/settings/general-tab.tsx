import {
  Anchor,
  Group,
  SegmentedControl,
  Stack,
  Table,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { health } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { StatusSign } from '../../parts/status.tsx';
import { useSession } from '../../session/session.ts';

/** How the page looks, how the service is, and who may use it. */
export function GeneralTab() {
  return (
    <Stack gap="md" maw={760}>
      <Appearance />
      <Service />
      <Access />
      <Section title="Programs">
        <Text size="sm">
          Everything on this page is the API as well:{' '}
          <Anchor href="/api/openapi.json" underline="always">
            its document
          </Anchor>{' '}
          (OpenAPI 3.1). Its figures for Prometheus stand at{' '}
          <Anchor href="/metrics" underline="always">
            /metrics
          </Anchor>
          .
        </Text>
      </Section>
    </Stack>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title="Appearance">
      <Group gap="sm">
        <SegmentedControl
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <Text size="sm" className="quiet">
          kept in this browser
        </Text>
      </Group>
    </Section>
  );
}

function Service() {
  const query = useQuery(health);
  return (
    <Section title="Service">
      <Answer query={query} height={100}>
        {({ status, version, probes }) => (
          <>
            <Text size="sm">
              Version {version}; {status === 'ok' ? 'all is well' : 'something is wrong'}.
            </Text>
            <Table fz="sm" verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Part</Table.Th>
                  <Table.Th>State</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {probes.map(({ name, ok, detail }) => (
                  <Table.Tr key={name}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td>
                      <Group gap={8} wrap="nowrap">
                        <StatusSign status={ok ? 'pass' : 'fail'} size={10} />
                        <Text size="sm" className="wrap">
                          {ok ? 'well' : (detail ?? 'it does not answer')}
                        </Text>
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <Text size="sm" className="quiet">
              The service is set up where it is started, by its flags and its file; nothing of that is changed
              here.
            </Text>
          </>
        )}
      </Answer>
    </Section>
  );
}

function Access() {
  const { access } = useSession();
  return (
    <Section title="Access">
      {access === 'off' ? (
        <Text size="sm">
          Nobody has to sign in: whoever reaches this address may do everything. Keep the service on your own
          machine, or start it without <code>--access off</code>: then people sign in.
        </Text>
      ) : (
        <Text size="sm">
          People sign in, and see the datasets that they own or follow. Programs use keys. Administrators
          invite people, and see in the audit log who changed what.
        </Text>
      )}
    </Section>
  );
}

/** A part of the settings with its title. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack className="card" p="md" gap="sm">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
