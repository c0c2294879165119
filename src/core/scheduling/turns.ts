/**
 * The order in which owners are served when not all can be: one dataset of each owner in turn, so that an owner of a
 * thousand does not hold up all others. Within an owner the given order stays.
 */
export function inTurns<T>(items: readonly T[], ownerOf: (item: T) => string): readonly T[] {
  const served = new Map<string, number>();
  const placed = items.map((item) => {
    const owner = ownerOf(item);
    const round = served.get(owner) ?? 0;
    served.set(owner, round + 1);
    return { item, round };
  });
  return placed.toSorted((a, b) => a.round - b.round).map(({ item }) => item);
}
