import { differences } from './comparable.ts';
import type { Delivery } from './history.ts';
import type { Finding } from './verdict.ts';

/**
 * Judges what the receiver of the messages got: none is lost, none is there twice under different keys, and a repetition
 * under the same key says the same.
 */
export function checkMessages(
  deliveries: readonly Delivery[],
  reference: readonly Delivery[],
): { readonly findings: readonly Finding[]; readonly messages: number; readonly repeated: number } {
  const byKey = Map.groupBy(deliveries, ({ key }) => key);
  const changed: Finding[] = [...byKey]
    .filter(([, [first, ...more]]) => more.some(({ text }) => text !== first?.text))
    .map(([key]) => ({ kind: 'wrong', what: `the message ${key} was repeated with another text` }));
  const texts = differences(
    distinct(reference).map(comparable),
    [...byKey.values()].flatMap(([first]) => (first === undefined ? [] : [comparable(first)])),
  );
  const findings = texts.map((difference): Finding => {
    if (difference.kind === 'unexpected') {
      return { kind: 'duplicated', what: `a message more than without faults: ${difference.found.text}` };
    }
    return { kind: 'lost', what: `a message was not delivered: ${difference.expected.text}` };
  });
  return {
    findings: [...changed, ...findings],
    messages: byKey.size,
    repeated: deliveries.length - byKey.size,
  };
}

function distinct(deliveries: readonly Delivery[]): Delivery[] {
  return [...new Map(deliveries.map((one) => [one.key, one])).values()];
}

/** Keys are chance: messages are found by what they say. */
function comparable({ text }: Delivery): { readonly key: string; readonly text: string } {
  return { key: text, text };
}
