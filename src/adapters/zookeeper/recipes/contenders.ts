import { type Outcome, succeed } from '../../../base/outcome.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import { childOf } from '../client/paths.ts';

/** Who leads: the data of its node, and its epoch. */
export type Leader = { readonly path: string; readonly epoch: bigint; readonly data: Buffer };

/** The leader of an election as it stands now; undefined when nobody stands. */
export async function currentLeader(
  client: ZooKeeperClient,
  directory: string,
): Promise<Outcome<Leader | undefined, ZooKeeperError>> {
  for (;;) {
    const listed = await client.children(directory);
    if (!listed.ok) return listed.error.code === 'NO_NODE' ? succeed(undefined) : listed;
    const first = inTurn(listed.value.names)[0];
    if (first === undefined) return succeed(undefined);
    const path = childOf(directory, first);
    const got = await client.get(path);
    if (got.ok) return succeed({ path, epoch: got.value.stat.czxid, data: got.value.data });
    // Gone since it was listed: whoever is next leads now.
    if (got.error.code !== 'NO_NODE') return got;
  }
}

/** What a contender's node is called before its number: the name says whose it is, also when the answer was lost. */
export function contenderPrefix(guid: string): string {
  return `_c_${guid}-n-`;
}

/**
 * The contenders in the order of their turns: by the number behind the name, never by the whole name. Numbers wrap from
 * 2³¹ − 1 to negative ones, long after which the directory should have been made anew.
 */
export function inTurn(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, turn: /^_c_.+-n-(-?\d+)$/.exec(name)?.[1] }))
    .filter(({ turn }) => turn !== undefined)
    .toSorted((a, b) => Number(a.turn) - Number(b.turn))
    .map(({ name }) => name);
}
