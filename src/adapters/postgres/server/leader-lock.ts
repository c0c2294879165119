import pg from 'pg';
import { limits } from '../../../base/limits.ts';
import type { LeaderLock } from '../../../ports/leader-lock.ts';
import { clientConfig } from './client-config.ts';
import { faultOf, refusalOf } from './faults.ts';

/**
 * A lock of the database's own (`pg_try_advisory_lock`) on a connection of its own: the server drops it with the connection.
 * A process that stands still, or whose machine is gone, keeps its connection for long, so the server ends one that is
 * idle: whoever holds the lock must say so again and again.
 */
export function createLeaderLock(
  url: string,
  name: string,
  { idleMs = limits.leaderLockIdleMs }: { readonly idleMs?: number } = {},
): LeaderLock {
  let holder: Holder | undefined;
  return {
    hold: async () => {
      try {
        holder ??= await connect(url, idleMs);
        holder.holds ||= await tryLock(holder.client, name);
        // Also where it is held: the answer proves that the connection is, and with it the lock.
        await holder.client.query('select 1');
        return holder.holds;
      } catch (error) {
        const lost = holder;
        holder = undefined;
        await lost?.client.end().catch(() => undefined);
        throw error instanceof Error ? faultOf(error) : error;
      }
    },
    release: async () => {
      const held = holder;
      holder = undefined;
      await held?.client.end().catch(() => undefined);
    },
  };
}

type Holder = { readonly client: pg.Client; holds: boolean };

async function connect(url: string, idleMs: number): Promise<Holder> {
  const client = new pg.Client({ ...clientConfig(url), query_timeout: limits.leaderLockIdleMs });
  // Its loss shows with the next query; an event that nobody hears would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw error instanceof Error ? refusalOf(error) : error;
  }
  await client.query(`set idle_session_timeout = ${idleMs}`);
  return { client, holds: false };
}

/** One lock for each schema: several installations may share a database. */
async function tryLock(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    "select pg_try_advisory_lock(hashtextextended($1 || ' ' || current_schema(), 0)) as taken",
    [name],
  );
  return rows[0]?.taken === true;
}
