import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { CallOptions, ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import type { MultiResult, MultiStep } from '../client/multi.ts';

/** A node that stands, at this version, only while its holder may write: a leader's own node, or a node that holds an epoch. */
export type Fence = { readonly path: string; readonly version: number };

/**
 * Applies all steps, if the fence stands, and says what each did; otherwise the outcome is `deposed` and nothing was
 * written. The ensemble decides both at once: it does not matter how long this process was stopped before the write. An
 * error that is `ambiguous` leaves open which of the two happened; the `index` of one is that of a step.
 */
export async function writeFenced(
  client: ZooKeeperClient,
  fence: Fence,
  steps: readonly MultiStep[],
  options: CallOptions = {},
): Promise<Outcome<readonly MultiResult[] | 'deposed', ZooKeeperError>> {
  const written = await client.multi([{ kind: 'check', ...fence }, ...steps], options);
  if (written.ok) return succeed(written.value.slice(1));
  const { error } = written;
  if (error.kind !== 'rejected' || error.index === undefined) return written;
  if (error.index > 0) return fail({ ...error, index: error.index - 1 });
  return error.code === 'NO_NODE' || error.code === 'BAD_VERSION' ? succeed('deposed') : written;
}
