import { smallSampleFactor } from './scale.ts';
import { smallMedian } from './small-median.ts';
import { type Transform, toScale } from './transform.ts';

/** What a metric was on a day of its own kind, and the level that it had come from. */
export type SpecialDayPoint = { readonly value: number; readonly level: number; readonly rows: number };

/** What is known of a kind of day: how far from its level a metric is then, and how wide its band must be. */
export type SpecialDayView = {
  /** The typical distance from the level, on the transformed scale; undefined before the first such day. */
  readonly effect: number | undefined;
  /** The scale of the forecast, from that of ordinary days. */
  scale(ordinary: number): number;
};

const kept = 12;
const known = 3;

/**
 * Days of their own kind: holidays, yearly sales, days that people called expected. They are judged by the past days of
 * the same name, or by all special days while there is none; until three are known the spread is doubled.
 */
export class SpecialDays {
  readonly #byName = new Map<string, SpecialDayPoint[]>();

  absorb(name: string, point: SpecialDayPoint): void {
    if (!Number.isFinite(point.level)) return;
    const points = this.#byName.get(name) ?? [];
    this.#byName.set(name, [...points, point].slice(-kept));
  }

  /** Undefined on an ordinary day. */
  view(name: string | undefined, transform: Transform): SpecialDayView | undefined {
    if (name === undefined) return undefined;
    const own = this.#byName.get(name);
    const points = own ?? [...this.#byName.values()].flat();
    const effects = points
      .map(({ value, level, rows }) => toScale(transform, value, rows) - toScale(transform, level, rows))
      .filter(Number.isFinite);
    const effect = effects.length === 0 ? undefined : smallMedian(effects);
    const apart = effects.map((one) => Math.abs(one - (effect ?? 0)));
    const unrest = effects.length < 2 ? 0 : 1.4826 * smallSampleFactor(effects.length) * smallMedian(apart);
    const factor = own === undefined || effects.length < known ? 2 : 1;
    return { effect, scale: (ordinary) => factor * Math.max(ordinary, unrest) };
  }
}
