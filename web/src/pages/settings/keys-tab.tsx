import {
  Badge,
  Button,
  Group,
  Select,
  Stack,
  Switch,
  Table,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { ApiKeyView } from '../../../../src/services/access/api-keys.ts';
import { apiKeys } from '../../api/queries.ts';
import { act } from '../../api/request.ts';
import { Answer, FailedRequest } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { Notice } from '../../parts/notice.tsx';
import { agoText, timeText } from '../../parts/words.ts';
import { useSession } from '../../session/session.ts';
import { Section } from './general-tab.tsx';
import { SureButton } from './sure-button.tsx';
import { ToldOnce } from './told-once.tsx';

/** Keys by which programs do what one may do oneself, or less. */
export function KeysTab() {
  const { user } = useSession();
  const [search, setSearch] = useSearchParams();
  const isAll = user?.admin === true && search.get('of') === 'all';
  const query = useQuery(apiKeys(isAll));
  return (
    <Stack gap="md">
      <NewKey />
      {user?.admin === true ? (
        <Switch
          label="Keys of everybody"
          checked={isAll}
          onChange={(event) => setSearch(event.currentTarget.checked ? { of: 'all' } : {}, { replace: true })}
        />
      ) : null}
      <Answer query={query} height={160}>
        {({ keys }) =>
          keys.length === 0 ? (
            <Notice title="There is no key yet">
              A key lets the command line and other programs in: <code>ASSAY_API_KEY=… assay datasets</code>.
            </Notice>
          ) : (
            <MoreRows
              rows={keys}
              minWidth={640}
              head={['Key', 'May', ...(isAll ? ['Of'] : []), 'Last used', 'Ends', '']}
              row={(key) => <KeyRow key={key.id} apiKey={key} withUser={isAll} />}
            />
          )
        }
      </Answer>
    </Stack>
  );
}

const scopes = [
  { value: 'read', label: 'read' },
  { value: 'write', label: 'read and change' },
  { value: 'admin', label: 'all that you may' },
] as const;
const ages = ['30', '90', '365', 'never'] as const;

type Wish = {
  readonly name: string;
  readonly scope: ApiKeyView['scope'];
  readonly days: string;
  readonly datasets: readonly string[];
};

const firstWish: Wish = { name: '', scope: 'read', days: '90', datasets: [] };

function NewKey() {
  const [wish, setWish] = useState(firstWish);
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: ({ name, scope, days, datasets }: Wish) =>
      act<{ readonly secret: string }>('POST', '/keys', {
        name: name.trim(),
        scope,
        ...(days === 'never' ? {} : { expiresInDays: Number(days) }),
        ...(datasets.length === 0 ? {} : { datasets }),
      }),
    onSuccess: () => {
      setWish(firstWish);
      return client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <Section title="A new key">
      {make.data === undefined ? null : (
        <ToldOnce
          title="The key is made"
          secret={make.data.secret}
          note="It is shown this once: keep it where your program finds it."
          onDone={() => make.reset()}
        />
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(wish);
        }}
      >
        <Group gap="sm" align="end">
          <KeyFields wish={wish} onChange={(part) => setWish({ ...wish, ...part })} />
          <Button type="submit" loading={make.isPending}>
            Make it
          </Button>
        </Group>
      </form>
      {make.error === null ? null : <FailedRequest error={make.error} title="It is not made" />}
    </Section>
  );
}

type FieldsProps = { readonly wish: Wish; readonly onChange: (part: Partial<Wish>) => void };

function KeyFields({ wish: { name, scope, days, datasets }, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        label="What it is for"
        placeholder="nightly loader"
        required
        maxLength={200}
        value={name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        w={220}
      />
      <Select
        label="It may"
        data={[...scopes]}
        value={scope}
        allowDeselect={false}
        onChange={(value) => onChange({ scope: scopes.find((one) => one.value === value)?.value ?? 'read' })}
        w={170}
      />
      <Select
        label="It ends after"
        data={ages.map((age) => ({ value: age, label: age === 'never' ? 'never' : `${age} days` }))}
        value={days}
        allowDeselect={false}
        onChange={(value) => onChange({ days: value ?? '90' })}
        w={130}
      />
      <TagsInput
        label="Only for these datasets"
        placeholder={datasets.length === 0 ? 'all that you see' : ''}
        value={[...datasets]}
        onChange={(chosen) => onChange({ datasets: chosen })}
        w={240}
      />
    </>
  );
}

function KeyRow({ apiKey, withUser }: { readonly apiKey: ApiKeyView; readonly withUser: boolean }) {
  const { id, name, prefix, user, scope, datasets, usedAt, expiresAt } = apiKey;
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => act('DELETE', `/keys/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
  const isOver = expiresAt !== undefined && expiresAt < Date.now();
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550} className="wrap">
          {name}
        </Text>
        <Text size="xs" ff="monospace" className="quiet">
          {prefix}…
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{scopes.find(({ value }) => value === scope)?.label}</Text>
        {datasets === undefined ? null : (
          <Text size="xs" className="quiet wrap">
            {datasets.join(', ')}
          </Text>
        )}
      </Table.Td>
      {withUser ? <Table.Td className="wrap">{user}</Table.Td> : null}
      <Table.Td className="quiet">{usedAt === undefined ? 'never' : agoText(usedAt, Date.now())}</Table.Td>
      <Table.Td>
        {expiresAt === undefined ? (
          <span className="quiet">never</span>
        ) : isOver ? (
          <Badge color="gray" variant="light" tt="none">
            over
          </Badge>
        ) : (
          <span title={timeText(expiresAt)}>{agoText(expiresAt, Date.now())}</span>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <SureButton
          label="Revoke"
          of={name}
          question={`Programs that use “${name}” stop working at once.`}
          isPending={revoke.isPending}
          onSure={() => revoke.mutate()}
        />
      </Table.Td>
    </Table.Tr>
  );
}
