import { Badge, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MemberView } from '../../../../src/services/access/members.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { members } from '../../api/queries.ts';
import { act } from '../../api/request.ts';
import { Answer, FailedRequest } from '../../parts/answer.tsx';
import { MoreRows } from '../../parts/more-rows.tsx';
import { agoText } from '../../parts/words.ts';
import { SureButton } from '../settings/sure-button.tsx';

const roles = [
  { value: 'follower', label: 'follower: sees metrics and results' },
  { value: 'owner', label: 'owner: sees rows as well, and changes it' },
] as const;

/** Who may see the dataset, and who may change it. */
export function MembersTab({ dataset: { dataset } }: { readonly dataset: DatasetDetailView }) {
  const query = useQuery(members(dataset));
  return (
    <Stack gap="md">
      <AddMember dataset={dataset} />
      <Answer query={query} height={160}>
        {({ members: all }) => (
          <MoreRows
            rows={all}
            minWidth={520}
            head={['Who', 'Role', 'Why', '']}
            row={(member) => (
              <MemberRow key={`${member.source} ${member.email}`} dataset={dataset} member={member} />
            )}
          />
        )}
      </Answer>
    </Stack>
  );
}

function memberPath(dataset: string, email: string): string {
  return `/datasets/${encodeURIComponent(dataset)}/members/${encodeURIComponent(email)}`;
}

function AddMember({ dataset }: { readonly dataset: string }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<MemberView['role']>('follower');
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => act<MemberView>('PUT', memberPath(dataset, email.trim()), { role }),
    onSuccess: () => {
      setEmail('');
      return client.invalidateQueries({ queryKey: ['members', dataset] });
    },
  });
  return (
    <Stack className="card" p="md" gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Group gap="sm" align="end">
          <TextInput
            label="E-mail address"
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            w={240}
          />
          <Select
            label="Role"
            data={[...roles]}
            value={role}
            allowDeselect={false}
            onChange={(value) => setRole(value === 'owner' ? 'owner' : 'follower')}
            w={300}
          />
          <Button type="submit" loading={add.isPending}>
            Give the role
          </Button>
        </Group>
      </form>
      {add.error === null ? null : <FailedRequest error={add.error} title="The role is not given" />}
    </Stack>
  );
}

function MemberRow({
  dataset,
  member: { email, role, source, addedBy, addedAt },
}: {
  readonly dataset: string;
  readonly member: MemberView;
}) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => act('DELETE', memberPath(dataset, email)),
    onSettled: () => client.invalidateQueries({ queryKey: ['members', dataset] }),
  });
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <bdi>{email}</bdi>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={role === 'owner' ? 'lagoon' : 'gray'} tt="none">
          {role}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="quiet wrap">
          {source === 'definition'
            ? 'the definition names them'
            : `given by ${addedBy ?? 'somebody'}${addedAt === undefined ? '' : ` ${agoText(addedAt, Date.now())}`}`}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        {source === 'member' ? (
          <SureButton
            label="Take away"
            of={email}
            question={`${email} loses this role.`}
            isPending={remove.isPending}
            onSure={() => remove.mutate()}
          />
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}
