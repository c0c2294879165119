import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { FailedRequest } from '../../parts/answer.tsx';
import { EntryCard } from './entry-card.tsx';
import { NewPassword } from './new-password.tsx';
import { useEntry } from './use-entry.ts';

type Body = {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
};

/** Makes an administrator by the link that the operator was given. */
export function SetupPage() {
  const token = new URLSearchParams(useSearch()).get('token') ?? '';
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const entry = useEntry<Body>('/setup', '/');
  return (
    <EntryCard
      title="Set up Assay"
      lead="You become an administrator: you invite the others, and give them roles."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          entry.mutate({ token, email: email.trim(), name: name.trim(), password });
        }}
        style={{ display: 'contents' }}
      >
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
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
          Begin
        </Button>
      </form>
    </EntryCard>
  );
}
