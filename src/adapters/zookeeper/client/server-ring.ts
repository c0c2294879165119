import { assert } from '../../../base/assert.ts';
import type { Random } from '../../../ports/random.ts';
import type { Server } from './link.ts';

const backOffBaseMs = 20;

/**
 * The servers in an order of chance, so that clients spread; each is tried again only after all others. The first
 * attempt after a loss is made at once, later ones after a random part of a back-off that doubles ("full jitter").
 */
export class ServerRing {
  readonly #servers: readonly Server[];
  readonly #random: Random;
  readonly #backOffMsMax: number;
  #next = 0;
  #failures = 0;

  constructor(servers: readonly Server[], random: Random, backOffMsMax: number) {
    assert(servers.length > 0, 'an ensemble has servers');
    this.#servers = shuffled(servers, random);
    this.#random = random;
    this.#backOffMsMax = backOffMsMax;
  }

  /** The next server, and after how long it is tried. */
  next(): { readonly server: Server; readonly delayMs: number } {
    const server = this.#servers[this.#next];
    assert(server !== undefined, 'the ring turns within its servers');
    this.#next = (this.#next + 1) % this.#servers.length;
    const boundMs = Math.min(this.#backOffMsMax, backOffBaseMs * 2 ** Math.min(this.#failures, 16));
    const delayMs = this.#failures === 0 ? 0 : this.#random.next() * boundMs;
    this.#failures += 1;
    return { server, delayMs };
  }

  /** A server gave or kept the session. */
  succeeded(): void {
    this.#failures = 0;
  }
}

/** Fisher and Yates' shuffle. */
function shuffled(servers: readonly Server[], random: Random): readonly Server[] {
  const items = [...servers];
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    const [a, b] = [items[last], items[other]];
    assert(a !== undefined && b !== undefined, 'both places are within the list');
    items[last] = b;
    items[other] = a;
  }
  return items;
}
