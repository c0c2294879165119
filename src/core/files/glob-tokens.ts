import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';

/** A piece of a glob. `picked` characters come from an alternative of braces: they are part of what a file is known by. */
export type Token =
  | { readonly kind: 'character'; readonly character: string; readonly picked: boolean }
  | { readonly kind: 'slash' }
  | { readonly kind: 'star' }
  | { readonly kind: 'stars' }
  | { readonly kind: 'one' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] };

type Range = readonly [from: string, to: string];

/**
 * The tokens of a glob with `*`, `**`, `?`, `[a-z]`, `[!a-z]`, `{a,b}` (also nested) and `\` before a character that
 * stands for itself; one list for each combination of alternatives. Throws `SOURCE_LIMIT` when there are too many.
 */
export function tokensOf(glob: string): readonly (readonly Token[])[] {
  return sequence(Array.from(glob), false);
}

function sequence(characters: readonly string[], picked: boolean): Token[][] {
  let lists: Token[][] = [[]];
  let at = 0;
  while (at < characters.length) {
    const { length, alternatives } = next(characters, at, picked);
    lists = lists.flatMap((list) => alternatives.map((tokens) => [...list, ...tokens]));
    if (lists.length > limits.globAlternativesMax) {
      const message = `The path has more than ${limits.globAlternativesMax} combinations of alternatives in braces`;
      throw new FailureError(failure('SOURCE_LIMIT', message, { hint: 'Use * in place of braces' }));
    }
    at += length;
  }
  return lists;
}

type Piece = { readonly length: number; readonly alternatives: readonly (readonly Token[])[] };

function next(characters: readonly string[], at: number, picked: boolean): Piece {
  const character = characters[at] ?? '';
  const literal = (text: string, length: number): Piece => ({
    length,
    alternatives: [[{ kind: 'character', character: text, picked }]],
  });
  switch (character) {
    case '/':
      return { length: 1, alternatives: [[{ kind: 'slash' }]] };
    case '?':
      return { length: 1, alternatives: [[{ kind: 'one' }]] };
    case '\\':
      return literal(characters[at + 1] ?? '\\', 2);
    case '*': {
      const end = characters.findIndex((other, index) => index > at && other !== '*');
      const length = (end < 0 ? characters.length : end) - at;
      return { length, alternatives: [[{ kind: length > 1 ? 'stars' : 'star' }]] };
    }
    case '[':
      return characterClass(characters, at) ?? literal('[', 1);
    case '{':
      return braces(characters, at) ?? literal('{', 1);
    default:
      return literal(character, 1);
  }
}

function characterClass(characters: readonly string[], at: number): Piece | undefined {
  const negated = characters[at + 1] === '!' || characters[at + 1] === '^';
  const start = at + (negated ? 2 : 1);
  // A bracket right at the start stands for itself.
  const end = characters.indexOf(']', start + 1);
  if (end < 0) return undefined;
  const ranges: Range[] = [];
  for (let index = start; index < end; index++) {
    const from = characters[index] ?? '';
    const isRange = characters[index + 1] === '-' && index + 2 < end;
    ranges.push([from, isRange ? (characters[index + 2] ?? from) : from]);
    if (isRange) index += 2;
  }
  return { length: end - at + 1, alternatives: [[{ kind: 'class', negated, ranges }]] };
}

function braces(characters: readonly string[], at: number): Piece | undefined {
  const parts: string[][] = [[]];
  let depth = 0;
  for (let index = at; index < characters.length; index++) {
    const character = characters[index] ?? '';
    if (character === '\\') {
      parts.at(-1)?.push(character, characters[++index] ?? '');
      continue;
    }
    if (character === '{' && depth++ === 0) continue;
    if (character === '}' && --depth === 0) {
      if (parts.length === 1) return undefined;
      return { length: index - at + 1, alternatives: parts.flatMap((part) => sequence(part, true)) };
    }
    if (character === ',' && depth === 1) parts.push([]);
    else parts.at(-1)?.push(character);
  }
  return undefined;
}
