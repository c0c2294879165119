/** What happens to one call: it goes through, never begins, or succeeds without anybody hearing of it. */
export type Interruption = 'none' | 'before' | 'after';

/**
 * `target` with `decide` asked about each call of the named methods: an interrupted one rejects, having done nothing
 * ("before") or everything ("after").
 */
export function interrupted<T extends object>(
  target: T,
  methods: readonly (keyof T)[],
  decide: (method: keyof T) => Interruption,
): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      if (!methods.some((method) => method === key)) return value.bind(object);
      return async (...given: unknown[]) => {
        const interruption = decide(key as keyof T);
        if (interruption === 'before') throw new Error(`${String(key)} was interrupted before it began`);
        const result: unknown = await value.apply(object, given);
        if (interruption === 'after') throw new Error(`${String(key)} was interrupted after its end`);
        return result;
      };
    },
  });
}
