import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Redirect, useSearch } from 'wouter';
import { FailedRequest } from '../../parts/answer.tsx';
import { nextPlace, sessionQuery } from '../../session/session.ts';
import { EntryCard } from './entry-card.tsx';
import { useEntry } from './use-entry.ts';

/** For whoever has to say who they are. */
export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const next = nextPlace(useSearch());
  const { data: session } = useQuery(sessionQuery);
  const entry = useEntry<{ email: string; password: string }>('/session', next);
  if (session?.user !== undefined || session?.access === 'off') return <Redirect to={next} replace />;
  return (
    <EntryCard title="Sign in" lead="With the address that you were invited by.">
      {session?.setupNeeded === true ? (
        <Alert color="orange" role="note" title="Nobody has an account yet">
          Open the link that the service printed when it started, or make another one at its machine:{' '}
          <code>assay admin-link</code>. It makes the first administrator.
        </Alert>
      ) : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          entry.mutate({ email: email.trim(), password });
        }}
        style={{ display: 'contents' }}
      >
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        />
        {entry.error === null ? null : <FailedRequest error={entry.error} />}
        <Button type="submit" loading={entry.isPending}>
          Sign in
        </Button>
      </form>
    </EntryCard>
  );
}
