import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Redirect, useLocation } from 'wouter';
import { onSignedOut } from '../api/request.ts';
import { sessionQuery, useSession } from './session.ts';

/** Shows the page to whoever may see it; others sign in first, and come back to where they were. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const session = useSession();
  const [path] = useLocation();
  useEffect(
    () => onSignedOut(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })),
    [client],
  );
  const isNobody = session.access === 'on' && session.user === undefined && session.operator !== true;
  if (!isNobody) return children;
  return <Redirect to={`/sign-in?next=${encodeURIComponent(path + window.location.search)}`} replace />;
}
