import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import type { UserView } from '../../../src/services/access/users.ts';
import { giveCsrf, RequestError, read } from '../api/request.ts';

/** Who looks at the page, and whether people have to sign in at all. */
export type Session = {
  readonly access: 'on' | 'off';
  /** Nobody can administer yet. */
  readonly setupNeeded: boolean;
  readonly user?: UserView;
  /** The key of the data directory was used: everything is allowed. */
  readonly operator?: boolean;
  readonly csrf?: string;
};

const open: Session = { access: 'off', setupNeeded: false };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    try {
      return entered(await read<Session>('/session', {}, signal));
    } catch (error) {
      // A service that knows no sessions asks nobody who they are.
      if (error instanceof RequestError && error.code === 'ROUTE_NOT_FOUND') return open;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** What the page has to know of a session from now on. */
export function entered(session: Session): Session {
  giveCsrf(session.csrf);
  return session;
}

/** Goes on as somebody else, or as nobody: nothing that was shown before stays. */
export function goOnAs(client: QueryClient, session: Session): void {
  client.setQueryData(sessionQuery.queryKey, entered(session));
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}

/** The session as far as it is known; until it is, nobody has to sign in. */
export function useSession(): Session {
  return useQuery(sessionQuery).data ?? open;
}

/** Where to go after signing in: a place of this page, never one elsewhere. */
export function nextPlace(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
