import type { SeasonPoint } from './calendar.ts';
import { smallMedian } from './small-median.ts';

const seasonsKept = 8;
const levelReach = 3;

/**
 * A series split into level and season: the level of a point is the median of the seven points around it, the effect of
 * a slot (a weekday) is the median of how far its last eight points lay from their levels. A new point changes the
 * levels of the last four points only, so only these and the effects of their slots are computed again.
 */
export class SeasonalEffects {
  readonly #values: number[] = [];
  readonly #slots: number[] = [];
  readonly #deviations: number[] = [];
  readonly #effects: number[] = [];
  #period = 0;

  absorb(value: number, at: SeasonPoint): void {
    if (at.period === 0) return;
    if (at.period !== this.#period) this.#restart(at.period);
    this.#values.push(value);
    this.#slots.push(at.slot);
    this.#deviations.push(0);
    if (this.#values.length > seasonsKept * at.period) this.#dropOldest();
    const size = this.#values.length;
    for (let place = Math.max(0, size - 1 - levelReach); place < size; place += 1) this.#update(place);
  }

  /** Whether the season has been seen three times. */
  isReady(at: SeasonPoint): boolean {
    return at.period > 0 && at.period === this.#period && this.#values.length >= 3 * this.#period;
  }

  /** The effect of a slot; 0 while nothing is known of it. */
  effect(slot: number): number {
    return this.#effects[slot] ?? 0;
  }

  /** The level without seasons: the median of the last seven values less their effects. */
  level(): number {
    const size = this.#values.length;
    const recent: number[] = [];
    for (let place = Math.max(0, size - 7); place < size; place += 1) {
      recent.push((this.#values[place] ?? 0) - this.effect(this.#slots[place] ?? 0));
    }
    return smallMedian(recent);
  }

  /** The last value less its effect. */
  lastLevel(): number {
    const last = this.#values.length - 1;
    return (this.#values[last] ?? 0) - this.effect(this.#slots[last] ?? 0);
  }

  #update(place: number): void {
    const around = this.#values.slice(Math.max(0, place - levelReach), place + levelReach + 1);
    this.#deviations[place] = (this.#values[place] ?? 0) - smallMedian(around);
    const slot = this.#slots[place] ?? 0;
    this.#effects[slot] = this.#slotMedian(slot);
  }

  #slotMedian(slot: number): number {
    const own: number[] = [];
    for (let place = this.#slots.length - 1; place >= 0 && own.length < seasonsKept; place -= 1) {
      if (this.#slots[place] === slot) own.push(this.#deviations[place] ?? 0);
    }
    return smallMedian(own);
  }

  #dropOldest(): void {
    this.#values.shift();
    this.#slots.shift();
    this.#deviations.shift();
  }

  #restart(period: number): void {
    this.#period = period;
    for (const list of [this.#values, this.#slots, this.#deviations, this.#effects]) list.length = 0;
  }
}
