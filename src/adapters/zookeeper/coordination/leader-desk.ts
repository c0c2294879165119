import type { NodeId } from '../../../base/ids.ts';
import type { Decisions, LeaderTerm } from '../../../ports/coordination.ts';
import type { Log } from '../../../ports/log.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { MultiStep } from '../client/multi.ts';
import type { Term } from '../recipes/election.ts';
import { ensurePath } from '../recipes/ensure-path.ts';
import { type Fence, writeFenced } from '../recipes/fenced-write.ts';
import { coordinationLost, valueOf } from './connection-lost.ts';
import type { Places } from './places.ts';
import type { Tables } from './tables.ts';
import { inWrites, planWrites } from './writes.ts';

type Held = Term & { readonly leader: NodeId };

/**
 * What a leader knows and writes. It is the only writer of work lists and tables: after it has read them once in its
 * term, what it has written is what stands, and nothing of it is read again. Whenever a write had no clear answer, or
 * the term ended in between, everything is read anew.
 */
export class LeaderDesk {
  readonly #client: ZooKeeperClient;
  readonly #log: Log;
  readonly #places: Places;
  /** Reads the tables as they stand now, at least as new as all that was written before the call. */
  readonly #readTables: () => Promise<Tables>;
  #held: Held | undefined;
  #tables: Tables | undefined;
  #reading: Promise<Tables> | undefined;
  /** Counts how often the tables were forgotten: what was read before is not kept after. */
  #forgotten = 0;

  constructor(parts: {
    readonly client: ZooKeeperClient;
    readonly log: Log;
    readonly places: Places;
    readonly readTables: () => Promise<Tables>;
  }) {
    this.#client = parts.client;
    this.#log = parts.log;
    this.#places = parts.places;
    this.#readTables = parts.readTables;
  }

  /** Whether this session leads now, as far as it knows. */
  get leads(): boolean {
    return this.#held !== undefined;
  }

  begin(term: Term, leader: NodeId): void {
    this.#held = { ...term, leader };
    this.#forgetTables();
  }

  end(term: Term): void {
    if (this.#held?.path !== term.path) return;
    this.#held = undefined;
    this.#forgetTables();
  }

  /** The tables as this leader has written them. Rejects with `COORDINATION_LOST`. */
  tables(): Promise<Tables> {
    if (this.#tables !== undefined) return Promise.resolve(this.#tables);
    this.#reading ??= this.#read(this.#forgotten);
    return this.#reading;
  }

  /** Writes decisions under a term. Rejects with `COORDINATION_LOST` when it is not sure what was written. */
  async decide(term: LeaderTerm, decisions: Decisions): Promise<'written' | 'deposed'> {
    const held = this.#held;
    if (held?.epoch !== term.epoch || held.leader !== term.leader) return 'deposed';
    const before = await this.tables();
    const { steps, after, cropped } = planWrites(before, decisions, this.#places);
    for (const path of cropped) {
      this.#log.error('an entry is too large for ZooKeeper and was written without its large parts', {
        path,
      });
    }
    const version = this.#forgotten;
    const done = await this.#write(held, inWrites(steps));
    // Whatever stands between two writes, and after one without an answer, is looked at before anything else is decided.
    if (done !== 'written') this.#forgetTables();
    if (done instanceof Error) throw done;
    if (this.#forgotten === version) this.#tables = after;
    return done;
  }

  /** Applies steps one by one under the present term, whatever becomes of each. */
  async tidy(steps: readonly MultiStep[]): Promise<void> {
    const held = this.#held;
    if (held === undefined || steps.length === 0) return;
    await Promise.all(steps.map((step) => writeFenced(this.#client, fenceOf(held), [step])));
    if (this.#held === held && this.#tables !== undefined) this.#tables = { ...this.#tables, strays: [] };
  }

  async #write(
    held: Held,
    writes: readonly (readonly MultiStep[])[],
  ): Promise<'written' | 'deposed' | Error> {
    // Where there is nothing to write, the term is still asked for.
    for (const steps of writes.length === 0 ? [[]] : writes) {
      const written = await writeFenced(this.#client, fenceOf(held), steps);
      if (!written.ok) return coordinationLost(`Decisions may not stand: ${written.error.message}`);
      if (written.value === 'deposed') return 'deposed';
    }
    return 'written';
  }

  #forgetTables(): void {
    this.#tables = undefined;
    this.#reading = undefined;
    this.#forgotten += 1;
  }

  async #read(version: number): Promise<Tables> {
    const isWanted = (): boolean => this.#forgotten === version;
    try {
      const { nodes, reports, work, jobs, drain } = this.#places;
      const places = [nodes, reports, work, jobs, drain];
      for (const made of await Promise.all(places.map((place) => ensurePath(this.#client, place))))
        valueOf(made);
      const tables = await this.#readTables();
      if (isWanted()) this.#tables = tables;
      return tables;
    } finally {
      if (isWanted()) this.#reading = undefined;
    }
  }
}

/** The leader's own node, which nobody ever sets. */
function fenceOf({ path }: Held): Fence {
  return { path, version: 0 };
}
