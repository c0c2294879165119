import { type Injection, injectionId } from './injection.ts';
import { rowInjections } from './rows.ts';
import { schemaInjections } from './schema.ts';
import { textInjections } from './texts.ts';
import { valueInjections } from './values.ts';

/** Every error that is put into a single partition. */
export const injections: readonly Injection[] = [
  ...valueInjections,
  ...textInjections,
  ...rowInjections,
  ...schemaInjections,
];

const byId = new Map(injections.map((injection) => [injectionId(injection), injection]));

/** The injection of an id; undefined when there is none. */
export function injectionOf(id: string): Injection | undefined {
  return byId.get(id);
}
