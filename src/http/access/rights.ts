import type { DatasetName } from '../../base/ids.ts';
import type { Standing } from '../../core/access/identity.ts';
import type { Access } from '../../services/access/access.ts';
import type { Caller } from '../../services/access/authenticator.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, and what exists for them. */
    rights: Rights;
  }
}

/** What is done is noted under this name where everybody may do everything. */
export const anybody = 'somebody';

/** Who asks, and what exists for them. Without access control everybody is the owner of everything. */
export class Rights {
  /** Undefined while access control is off. */
  readonly #access: Access | undefined;
  /** Undefined: nobody, or access control is off. */
  readonly caller: Caller | undefined;
  /** What they are to the dataset that the request is about, on routes that ask for it. */
  standing: Standing = 'owner';
  /** What the audit is to know beside what stands in the address. */
  noted: { readonly who?: string; readonly dataset?: string; readonly subject?: string } = {};

  constructor(access: Access | undefined, caller: Caller | undefined) {
    this.#access = access;
    this.caller = caller;
  }

  /** Who does it, for people. Where nobody has to say who they are, what they say. */
  who(said: string | undefined): string {
    return this.caller?.identity.who ?? said ?? anybody;
  }

  /** What they are to a dataset; undefined when it does not exist for them. */
  async standingOn(dataset: DatasetName): Promise<Standing | undefined> {
    if (this.#access === undefined) return 'owner';
    const identity = this.caller?.identity;
    return identity && this.#access.roles.standing(identity, dataset);
  }

  /** What they are to each dataset that exists for them; undefined while access control is off. */
  async standings(): Promise<ReadonlyMap<DatasetName, Standing> | undefined> {
    if (this.#access === undefined) return undefined;
    const identity = this.caller?.identity;
    return identity === undefined ? new Map() : this.#access.roles.standings(identity);
  }

  /** The datasets that lists are limited to; undefined when all exist for them. */
  async only(): Promise<{ readonly only?: readonly DatasetName[] }> {
    if (this.#access === undefined || this.#seesAll()) return {};
    const standings = await this.standings();
    return standings === undefined ? {} : { only: [...standings.keys()] };
  }

  #seesAll(): boolean {
    const identity = this.caller?.identity;
    return identity?.isAdmin === true && identity.datasets === undefined;
  }
}
