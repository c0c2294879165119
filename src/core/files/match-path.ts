import { type FilePattern, isHidden, matchName, type Segment } from './file-pattern.ts';

/**
 * What the wildcards of a pattern stand for in a path, from left to right; undefined when it does not match. The same
 * rules as for a walk through directories, for stores that know only whole paths. Where several readings fit, the one in
 * which the first `**` stands for the fewest directories counts.
 */
export function matchPath({ segments }: FilePattern, path: string): readonly string[] | undefined {
  const names = path.split('/');
  // Pairs that lead nowhere are tried once: no pattern takes more than length times length steps.
  const hopeless = new Set<number>();
  const match = (segment: number, name: number): readonly string[] | undefined => {
    const place = segment * (names.length + 1) + name;
    if (hopeless.has(place)) return undefined;
    const texts = matchHere(segment, name);
    if (texts === undefined) hopeless.add(place);
    return texts;
  };
  const matchHere = (at: number, nameAt: number): readonly string[] | undefined => {
    const segment = segments[at];
    const name = names[nameAt];
    if (segment === undefined || name === undefined) {
      return segment === undefined && name === undefined ? [] : undefined;
    }
    if (segment.kind === 'directories') {
      const here = match(at + 1, nameAt);
      if (here !== undefined || isHidden(name)) return here;
      const below = match(at, nameAt + 1);
      return below === undefined ? undefined : [name, ...below];
    }
    const text = textOf(segment, name);
    if (text === undefined) return undefined;
    const rest = match(at + 1, nameAt + 1);
    return rest === undefined ? undefined : [...(text === '' ? [] : [text]), ...rest];
  };
  return match(0, 0);
}

/** Empty when the segment has no wildcard. */
function textOf(segment: Exclude<Segment, { kind: 'directories' }>, name: string): string | undefined {
  if (segment.kind === 'name') return segment.name === name ? segment.stands : undefined;
  return matchName(segment, name);
}

/** What every path begins with that a pattern matches. */
export function literalPrefix({ segments }: FilePattern): string {
  const names: string[] = [];
  for (const segment of segments) {
    if (segment.kind === 'name') {
      names.push(segment.name);
      continue;
    }
    return [...names, segment.kind === 'names' ? segment.prefix : ''].join('/');
  }
  return names.join('/');
}
