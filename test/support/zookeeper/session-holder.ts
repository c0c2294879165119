import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { ZooKeeperClient } from '../../../src/adapters/zookeeper/client/client.ts';
import { parseConnectString } from '../../../src/adapters/zookeeper/client/connect-string.ts';
import { Election } from '../../../src/adapters/zookeeper/recipes/election.ts';
import { EphemeralNode } from '../../../src/adapters/zookeeper/recipes/ephemeral-node.ts';
import { SessionKeeper } from '../../../src/adapters/zookeeper/recipes/session-keeper.ts';

/**
 * A process that is a member and a candidate, to be stopped and killed by tests. Arguments: connect string, session
 * time-out in ms, id. It writes a line of JSON at each change, and after each pause of its own whether it would act.
 */
const [connectString = '', sessionTimeoutMs = '', id = ''] = process.argv.slice(2);
const ensemble = parseConnectString(connectString);
if (!ensemble.ok) throw new Error(ensemble.error);
const kit = { clock: systemClock, random: createRandom() };
let election: Election | undefined;
let leads = false;

new SessionKeeper(
  () => new ZooKeeperClient({ ...kit, ...ensemble.value, sessionTimeoutMs: Number(sessionTimeoutMs) }),
  (client) => {
    client.onState(({ state }) => say({ state, sessionId: client.sessionId.toString() }));
    new EphemeralNode(client, kit, { path: `/members/${id}`, data: Buffer.from(id) });
    election = new Election(client, kit, {
      directory: '/election',
      data: Buffer.from(id),
      onElected: ({ epoch }) => {
        leads = true;
        say({ elected: epoch.toString() });
      },
      onDeposed: () => {
        leads = false;
        say({ deposed: true });
      },
    });
  },
);

let lastMs = systemClock.monotonicMs();
for (;;) {
  await systemClock.sleep(5);
  const nowMs = systemClock.monotonicMs();
  const pauseMs = nowMs - lastMs;
  lastMs = nowMs;
  if (pauseMs > Number(sessionTimeoutMs)) say({ pauseMs, leads, mayAct: election?.term !== undefined });
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
