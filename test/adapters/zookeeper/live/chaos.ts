import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import type { ZooKeeperClient } from '../../../../src/adapters/zookeeper/client/client.ts';
import { isFinal } from '../../../../src/adapters/zookeeper/client/session-state.ts';
import { Election, type Term } from '../../../../src/adapters/zookeeper/recipes/election.ts';
import { writeFenced } from '../../../../src/adapters/zookeeper/recipes/fenced-write.ts';
import { SessionKeeper } from '../../../../src/adapters/zookeeper/recipes/session-keeper.ts';
import { eventually } from '../../../support/eventually.ts';
import { createSeededRandom, type SeededRandom } from '../../../support/seeded-random.ts';
import { must, TestClients } from '../../../support/zookeeper/clients.ts';
import { type Ensemble, startEnsemble } from '../../../support/zookeeper/ensemble.ts';
import { anomaliesOf, type HistoryEvent } from '../../../support/zookeeper/history.ts';
import type { TestServer } from '../../../support/zookeeper/server.ts';

const seed = Number(process.env['ASSAY_CHAOS_SEED'] ?? 1);
const chaosMs = Number(process.env['ASSAY_CHAOS_MS'] ?? 20_000);
const registers = ['/r0', '/r1', '/r2'];

describe('chaos', () => {
  it('loses no acknowledged write and lets no deposed leader write, whoever is killed or frozen', async (t) => {
    await using ensemble = await startEnsemble({ servers: 3 });
    await using clients = new TestClients(ensemble);
    const chance = createSeededRandom(seed);
    const lasting = () =>
      new SessionKeeper(
        () => clients.make(),
        () => {},
      );
    const run = new Run(lasting());
    for (const path of [...registers, '/fenced']) await must(run.observer.client.create(path));

    const over = new AbortController();
    const writers = ['a', 'b', 'c', 'd'].map((id) => run.write(lasting(), id, over.signal));
    const leaders = ['x', 'y'].map((id) => run.lead(lasting(), id, over.signal));
    const faults = await breakThings(ensemble, chance, chaosMs);
    over.abort();
    await ensemble.whole();
    await Promise.all([...writers, ...leaders]);

    const finals = await run.finish();
    report(t, { ...faults, ...run.tally(), reconnects: clients.reconnects, seed });
    assert.deepEqual(anomaliesOf(run.events, finals), []);
    assert.deepEqual(run.fencedOutOfOrder(), []);
    const { acknowledged, fenced, terms, deposed, late } = run.tally();
    assert.equal(late, 0);
    assert.ok(acknowledged > 100 && fenced > 100 && terms > 2 && deposed > 0);
    assert.ok(faults.kills > 0 && faults.freezes > 0);
  });
});

class Run {
  readonly observer: SessionKeeper;
  readonly events: HistoryEvent[] = [];
  readonly #fenced: { readonly version: number; readonly epoch: bigint }[] = [];
  /** The newest version of each register that was acknowledged to anybody. */
  readonly #newest = new Map<string, number>();
  #terms = 0;
  #deposed = 0;
  #late = 0;

  constructor(observer: SessionKeeper) {
    this.observer = observer;
  }

  /** Reads a register and writes it by compare-and-set, again and again; looks what became of each doubtful write. */
  async write(keeper: SessionKeeper, id: string, signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn += 1) {
      const { client } = keeper;
      const register = registers[turn % registers.length] ?? '/r0';
      const before = await client.get(register, { wait: true });
      if (!before.ok) {
        await systemClock.sleep(5);
        continue;
      }
      const { version } = before.value.stat;
      // Nobody reads back in time within a session; a new one may begin at a server that is behind.
      const reader = `${id}/${client.sessionId}`;
      this.#read({ client: reader, register, version, value: before.value.data.toString() });
      const write = { client: reader, register, version: version + 1, value: `${id}${turn}` };
      const set = await client.set(register, Buffer.from(write.value), { version });
      if (set.ok) this.#acknowledge(write);
      else if (set.error.ambiguous) {
        this.events.push({ ...write, kind: 'doubtful' });
        await this.#look(client, reader, register);
      } else this.events.push({ ...write, kind: 'refused' });
      // While the connection is lost every write fails at once.
      if (!set.ok && set.error.code === 'NOT_CONNECTED') await systemClock.sleep(5);
    }
  }

  /** Stands for election, writes as long as it leads, withdraws now and then, stands again. */
  async lead(keeper: SessionKeeper, id: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { client } = keeper;
      const election = new Election(
        client,
        { clock: systemClock, random: createRandom() },
        {
          directory: '/leaders',
          data: Buffer.from(id),
          onElected: () => (this.#terms += 1),
          onDeposed: () => {},
        },
      );
      let last: Term | undefined;
      for (let written = 0; written < 200 && !signal.aborted && !isFinal(client.state); ) {
        const { term } = election;
        if (term === undefined) {
          await systemClock.sleep(5);
          continue;
        }
        last = term;
        written += 1;
        await this.#writeFenced(client, term);
      }
      await election.withdraw();
      // A leader that has not heard of its end goes on: its node is gone, so nothing of it may arrive.
      if (last !== undefined && (await this.#writeFenced(client, last))) this.#late += 1;
    }
  }

  /** The registers' last versions, read by somebody who wrote nothing. */
  async finish(): Promise<ReadonlyMap<string, number>> {
    const finals = new Map<string, number>();
    for (const register of registers) {
      await eventually('it answers', () => this.#look(this.observer.client, 'observer', register), 20_000);
      finals.set(register, (await must(this.observer.client.get(register))).stat.version);
    }
    return finals;
  }

  /** Fenced writes of an epoch that came after those of a later one. */
  fencedOutOfOrder(): readonly string[] {
    const inOrder = this.#fenced.toSorted((a, b) => a.version - b.version);
    return inOrder.flatMap(({ version, epoch }, index) => {
      const before = inOrder[index - 1];
      return before !== undefined && before.epoch > epoch ? [`${epoch} wrote version ${version}`] : [];
    });
  }

  tally() {
    const count = (kind: HistoryEvent['kind']) => this.events.filter((event) => event.kind === kind).length;
    return {
      acknowledged: count('acknowledged'),
      doubtful: count('doubtful'),
      refused: count('refused'),
      reads: count('read'),
      fenced: this.#fenced.length,
      deposed: this.#deposed,
      late: this.#late,
      terms: this.#terms,
    };
  }

  /** Writes the term's epoch behind its fence; true when that was acknowledged. */
  async #writeFenced(client: ZooKeeperClient, { path, epoch }: Term): Promise<boolean> {
    const steps = [{ kind: 'set', path: '/fenced', data: Buffer.from(String(epoch)) }] as const;
    const outcome = await writeFenced(client, { path, version: 0 }, steps);
    if (!outcome.ok) return false;
    if (outcome.value === 'deposed') {
      this.#deposed += 1;
      return false;
    }
    const [result] = outcome.value;
    if (result?.kind === 'set') this.#fenced.push({ version: result.stat.version, epoch });
    return true;
  }

  /** Reads what is as new as anything acknowledged before; true when there was an answer. */
  async #look(client: ZooKeeperClient, id: string, register: string): Promise<boolean> {
    const floor = this.#newest.get(register) ?? 0;
    const synced = await client.sync(register, { wait: true });
    if (!synced.ok) return false;
    const now = await client.get(register);
    if (!now.ok) return false;
    this.#read({
      client: id,
      register,
      version: now.value.stat.version,
      value: now.value.data.toString(),
      floor,
    });
    return true;
  }

  #read(read: { client: string; register: string; version: number; value: string; floor?: number }): void {
    this.events.push({ ...read, kind: 'read' });
  }

  #acknowledge(write: { client: string; register: string; version: number; value: string }): void {
    this.events.push({ ...write, kind: 'acknowledged' });
    this.#newest.set(write.register, Math.max(this.#newest.get(write.register) ?? 0, write.version));
  }
}

/** Kills and freezes one member after the other, each once the one before serves again. */
async function breakThings(ensemble: Ensemble, chance: SeededRandom, durationMs: number) {
  const endMs = systemClock.monotonicMs() + durationMs;
  const tally = { kills: 0, freezes: 0 };
  while (systemClock.monotonicMs() < endMs) {
    await systemClock.sleep(50 + chance.below(250));
    const server = chance.pick(ensemble.servers);
    if (chance.below(2) === 0) {
      tally.kills += 1;
      await killed(server, 50 + chance.below(400));
    } else {
      tally.freezes += 1;
      await frozen(server, 100 + chance.below(1_500));
    }
    await ensemble.whole();
  }
  return tally;
}

async function killed(server: TestServer, forMs: number): Promise<void> {
  await server.kill();
  await systemClock.sleep(forMs);
  await server.launch();
}

async function frozen(server: TestServer, forMs: number): Promise<void> {
  server.freeze();
  await systemClock.sleep(forMs);
  server.thaw();
}

function report(t: TestContext, tally: Readonly<Record<string, unknown>>): void {
  t.diagnostic(JSON.stringify(tally));
}
