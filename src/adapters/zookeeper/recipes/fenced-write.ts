import { type Outcome, succeed } from '../../../base/outcome.ts';
import type { CallOptions, ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import type { MultiStep } from '../client/multi.ts';

/** A node that stands, at this version, only while its holder may write: a leader's own node, or a node that holds an epoch. */
export type Fence = { readonly path: string; readonly version: number };

/**
 * Applies all steps, if the fence stands; otherwise the outcome is `deposed` and nothing was written. The ensemble
 * decides both at once: it does not matter how long this process was stopped before the write. An error that is
 * `ambiguous` leaves open which of the two happened.
 */
export async function writeFenced(
  client: ZooKeeperClient,
  fence: Fence,
  steps: readonly MultiStep[],
  options: CallOptions = {},
): Promise<Outcome<'written' | 'deposed', ZooKeeperError>> {
  const written = await client.multi([{ kind: 'check', ...fence }, ...steps], options);
  if (written.ok) return succeed('written');
  const { error } = written;
  const isFenced = error.code === 'NO_NODE' || error.code === 'BAD_VERSION';
  return error.kind === 'rejected' && error.index === 0 && isFenced ? succeed('deposed') : written;
}
