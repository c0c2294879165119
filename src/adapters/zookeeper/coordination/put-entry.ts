import { fail, type Outcome } from '../../../base/outcome.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { unsent, type ZooKeeperError } from '../client/errors.ts';
import { parentOf } from '../client/paths.ts';
import { ensurePath } from '../recipes/ensure-path.ts';

const triesMax = 5;

/** Sets the data of a persistent node, and makes it, and whatever is missing above it. Doing it twice does no harm. */
export async function putEntry(
  client: ZooKeeperClient,
  path: string,
  data: Uint8Array,
): Promise<Outcome<unknown, ZooKeeperError>> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const set = await client.set(path, data);
    if (set.ok || set.error.code !== 'NO_NODE') return set;
    const created = await client.create(path, { data });
    if (created.ok) return created;
    if (created.error.code === 'NODE_EXISTS') continue;
    if (created.error.code !== 'NO_NODE') return created;
    const ensured = await ensurePath(client, parentOf(path) ?? '/');
    if (!ensured.ok) return ensured;
  }
  return fail(unsent('INVALID', `${path} comes and goes`));
}
