import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createLog } from '../../../src/adapters/system/log.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { openZooKeeperCoordination } from '../../../src/adapters/zookeeper/coordination/open.ts';
import { failureOf } from '../../../src/base/errors.ts';
import { jobId, nodeId } from '../../../src/base/ids.ts';
import type { LeaderTerm } from '../../../src/ports/coordination.ts';
import { describeNode, liveJob } from '../live-cluster.ts';

/**
 * A process that is a data node and a candidate on the quality cluster, to be stopped and killed by tests. Arguments:
 * connect string, session time-out in ms, id, and `watched` for a death watch. It writes a line of JSON at each change.
 * After SIGUSR2 it decides under its last term as soon as it has stood still for long, and says how that ended.
 */
const [connectString = '', sessionTimeoutMs = '', id = '', watch] = process.argv.slice(2);
const session = await openZooKeeperCoordination({
  clock: systemClock,
  random: createRandom(),
  log: createLog({ level: 'error' }),
  cluster: 'quality',
  connectString,
  sessionTimeoutMs: Number(sessionTimeoutMs),
  deathWatch: watch === 'watched',
});
let term: LeaderTerm | undefined;
await session.join(describeNode(id));
await session.campaign({
  id: nodeId(id),
  version: '1',
  onElected: (elected) => {
    term = elected;
    say({ elected: String(elected.epoch) });
  },
  onDeposed: () => say({ deposed: true }),
});
say({ joined: id });
process.once('SIGTERM', () => void leave());
let armed = false;
process.once('SIGUSR2', () => {
  armed = true;
  say({ armed });
});

let lastMs = systemClock.monotonicMs();
for (;;) {
  await systemClock.sleep(5);
  const nowMs = systemClock.monotonicMs();
  const pauseMs = nowMs - lastMs;
  lastMs = nowMs;
  // An ensemble counts from the last sign of life, which may be a third of the time-out old.
  if (armed && pauseMs > Number(sessionTimeoutMs) / 2 && term !== undefined) await decideLate(term);
}

async function decideLate(before: LeaderTerm): Promise<void> {
  const table = liveJob({ id: `late-${id}`, tasks: [] });
  try {
    say({
      late: await session.decide(before, { work: new Map(), jobs: new Map([[jobId(table.id), table]]) }),
    });
  } catch (thrown) {
    say({ late: failureOf(thrown).code });
  }
}

async function leave(): Promise<void> {
  await session.close();
  process.exit(0);
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
