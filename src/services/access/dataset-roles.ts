import type { DatasetName } from '../../base/ids.ts';
import { type DatasetFacts, type Identity, type Standing, standingOf } from '../../core/access/identity.ts';
import type { MemberStore } from '../../ports/access-store.ts';
import type { Clock } from '../../ports/clock.ts';
import { ShortMemory } from './short-memory.ts';

/** Which datasets exist for whom. */
export class DatasetRoles {
  readonly #members: MemberStore;
  readonly #one: ShortMemory<DatasetFacts | undefined>;
  readonly #all: ShortMemory<readonly DatasetFacts[]>;

  constructor(clock: Clock, members: MemberStore) {
    this.#members = members;
    this.#one = new ShortMemory(clock);
    this.#all = new ShortMemory(clock);
  }

  /** What decides about a dataset; undefined when there is none. */
  facts(dataset: DatasetName): Promise<DatasetFacts | undefined> {
    return this.#one.recall(dataset, () => this.#members.facts(dataset));
  }

  /** The same as it stands now, whatever is remembered. */
  async freshFacts(dataset: DatasetName): Promise<DatasetFacts | undefined> {
    const facts = await this.#members.facts(dataset);
    this.#one.replace(dataset, facts);
    return facts;
  }

  async standing(identity: Identity, dataset: DatasetName): Promise<Standing | undefined> {
    const facts = await this.facts(dataset);
    return facts && standingOf(identity, facts);
  }

  /** What somebody is to each dataset that exists for them. */
  async standings(identity: Identity): Promise<ReadonlyMap<DatasetName, Standing>> {
    const all = await this.#all.recall('', () => this.#members.allFacts());
    const found = new Map<DatasetName, Standing>();
    for (const facts of all) {
      const standing = standingOf(identity, facts);
      if (standing !== undefined) found.set(facts.dataset, standing);
    }
    return found;
  }

  /** The dataset that a job, an incident or a result belongs to. */
  datasetOf(what: 'result' | 'incident' | 'job', id: string): Promise<DatasetName | undefined> {
    return this.#members.datasetOf(what, id);
  }

  /** Something has changed: everything is read anew. */
  forget(): void {
    this.#one.clear();
    this.#all.clear();
  }
}
