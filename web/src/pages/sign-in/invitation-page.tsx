import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { act } from '../../api/request.ts';
import { Answer, FailedRequest } from '../../parts/answer.tsx';
import { EntryCard } from './entry-card.tsx';
import { NewPassword } from './new-password.tsx';
import { useEntry } from './use-entry.ts';

type Invited = { readonly email: string; readonly name: string };

/** Lets somebody who was invited choose a password. */
export function InvitationPage() {
  const token = new URLSearchParams(useSearch()).get('token') ?? '';
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => act<Invited>('POST', '/invitations/lookup', { token }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const lead = invited.isError
    ? 'This invitation can not be used.'
    : invited.data === undefined
      ? 'One moment.'
      : `You were invited as ${invited.data.email}.`;
  return (
    <EntryCard title="Welcome" lead={lead}>
      <Answer query={invited} height={180}>
        {({ name }) => <Accept token={token} name={name} />}
      </Answer>
    </EntryCard>
  );
}

function Accept({ token, name: given }: { readonly token: string; readonly name: string }) {
  const [name, setName] = useState(given);
  const [password, setPassword] = useState('');
  const entry = useEntry<{ token: string; name: string; password: string }>('/invitations/accept', '/');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        entry.mutate({ token, name: name.trim(), password });
      }}
      style={{ display: 'contents' }}
    >
      <TextInput
        label="Your name"
        autoComplete="name"
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NewPassword value={password} onChange={setPassword} />
      {entry.error === null ? null : <FailedRequest error={entry.error} />}
      <Button type="submit" loading={entry.isPending}>
        Come in
      </Button>
    </form>
  );
}
