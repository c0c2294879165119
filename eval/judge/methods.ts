import { assay } from './assay.ts';
import { baselines } from './baselines/all.ts';
import { nearestNeighbours } from './baselines/nearest-neighbours.ts';
import type { Method } from './method.ts';

/** Assay at its default budget: what baselines are compared with. */
export const usualBudget: Method = assay(1);

/** Every method, in the order of reports. */
export const methods: readonly Method[] = [assay(0.3), usualBudget, assay(3), ...baselines];

/** Those that slow drift and noise are judged by: cheap enough, and usual. */
export const fewMethods: readonly Method[] = [usualBudget, ...baselines.slice(0, 3)];

/** Nearest neighbours take the square of the length for each day: too much for 15 years; and one metric is no shape. */
export const methodsOnBirths: readonly Method[] = methods.filter((method) => method !== nearestNeighbours);

/** The method of a name. */
export function methodOf(name: string): Method {
  const method = methods.find((one) => one.name === name);
  if (method === undefined) throw new Error(`there is no method ${name}`);
  return method;
}
