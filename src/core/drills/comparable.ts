import type { Result } from '../checks/result.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Message } from '../notifications/message.ts';

/** Something that has to be the same in two runs: by what it is found in the other one, and all of it as text. */
export type Comparable = { readonly key: string; readonly text: string };

/** Everything of a result, to be compared bit for bit. */
export function comparableResult(result: Result): Comparable {
  return { key: result.id, text: JSON.stringify(result) };
}

/** An incident without its id and without points in time, which chance and the clock decide. */
export function comparableIncident(incident: Incident): Comparable {
  const { dataset, firstPartition, level, lines, state, log } = incident;
  const lasting = state.state === 'new' ? state : { ...state, at: undefined };
  const said = log.map(({ by, text }) => ({ by, text }));
  return {
    key: `${dataset} ${firstPartition}`,
    text: JSON.stringify({ dataset, firstPartition, level, lines, state: lasting, log: said }),
  };
}

/** A message without the ids of incidents and without its time. */
export function comparableMessage(message: Omit<Message, 'at'>): string {
  const { kind, dataset, partition, revision, status, title, lines, counts } = message;
  const incidents = message.incidents.map(({ state, title: told }) => ({ state, title: told }));
  return JSON.stringify({ kind, dataset, partition, revision, status, title, lines, counts, incidents });
}

/** What differs between two lists in which a key may stand several times; the order does not matter. */
export type Difference =
  | { readonly kind: 'missing'; readonly expected: Comparable }
  | { readonly kind: 'unexpected'; readonly found: Comparable }
  | { readonly kind: 'different'; readonly expected: Comparable; readonly found: Comparable };

/** Compares what was found with what was expected: none when they are equal, bit for bit. */
export function differences(
  expected: readonly Comparable[],
  found: readonly Comparable[],
): readonly Difference[] {
  const others = Map.groupBy(found, ({ key }) => key);
  const all: Difference[] = [];
  for (const [key, wanted] of Map.groupBy(expected, (one) => one.key)) {
    all.push(...differencesOfKey(wanted, others.get(key) ?? []));
    others.delete(key);
  }
  for (const more of others.values()) {
    all.push(...more.map((one): Difference => ({ kind: 'unexpected', found: one })));
  }
  return all;
}

/** Equal texts are paired first, so that one difference is told as one. */
function differencesOfKey(expected: readonly Comparable[], found: readonly Comparable[]): Difference[] {
  const left = [...found];
  const unpaired = expected.filter((wanted) => {
    const at = left.findIndex(({ text }) => text === wanted.text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const pairs = unpaired.map((wanted, at): Difference => {
    const other = left[at];
    return other === undefined
      ? { kind: 'missing', expected: wanted }
      : { kind: 'different', expected: wanted, found: other };
  });
  const more = left.slice(unpaired.length).map((one): Difference => ({ kind: 'unexpected', found: one }));
  return [...pairs, ...more];
}
