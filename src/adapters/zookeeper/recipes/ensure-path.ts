import { type Outcome, succeed } from '../../../base/outcome.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import { parentOf } from '../client/paths.ts';

/** Makes sure that a persistent node and all those above it exist. Doing it twice does no harm. */
export async function ensurePath(
  client: ZooKeeperClient,
  path: string,
): Promise<Outcome<void, ZooKeeperError>> {
  const missing: string[] = [];
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
    const found = await client.exists(at);
    if (!found.ok) return found;
    if (found.value !== undefined) break;
    missing.push(at);
  }
  for (const at of missing.toReversed()) {
    const created = await client.create(at);
    if (!created.ok && created.error.code !== 'NODE_EXISTS') return created;
  }
  return succeed(undefined);
}
