import { type Token, tokensOf } from './glob-tokens.ts';

/** A glob, cut at its slashes. Names that begin with `.`, or with `_` as half-written output has, match no wildcard. */
export type FilePattern = {
  readonly segments: readonly Segment[];
  /** Whether its end leaves the kind of file open, as in `data/*`. */
  readonly isOpen: boolean;
};

export type Segment =
  /** One name; `stands` is the part of it that was picked from braces. */
  | { readonly kind: 'name'; readonly name: string; readonly stands: string }
  /** Any number of directories. */
  | { readonly kind: 'directories' }
  /** Names with `prefix` and `suffix`, and between them what `tokens` match. */
  | {
      readonly kind: 'names';
      readonly prefix: string;
      readonly suffix: string;
      readonly tokens: readonly Token[];
    };

/** The patterns of an absolute glob: one for each combination of alternatives in braces. */
export function filePatterns(glob: string): readonly FilePattern[] {
  return tokensOf(glob).map((tokens) => {
    const segments = cut(tokens).map(segmentOf);
    if (segments.at(-1)?.kind === 'directories') segments.push(anyName);
    const last = segments.at(-1);
    return {
      segments,
      isOpen: last?.kind === 'names' && last.suffix === '' && last.tokens.at(-1)?.kind === 'star',
    };
  });
}

/** The pattern of all files in and below a directory. */
export function patternOfDirectory(path: string): FilePattern {
  const names = path.split('/').filter((name) => name !== '');
  const segments = names.map((name): Segment => ({ kind: 'name', name, stands: '' }));
  return { segments: [...segments, { kind: 'directories' }, anyName], isOpen: true };
}

/** Whether a path has a character that means more than itself in a glob. */
export function isGlob(path: string): boolean {
  return /[*?[{\\]/.test(path);
}

const anyName: Segment = { kind: 'names', prefix: '', suffix: '', tokens: [{ kind: 'star' }] };

function cut(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'slash') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

function segmentOf(tokens: readonly Token[]): Segment {
  if (tokens.length === 1 && tokens[0]?.kind === 'stars') return { kind: 'directories' };
  const first = tokens.findIndex(stands);
  const last = tokens.findLastIndex(stands);
  const middle = first < 0 ? [] : tokens.slice(first, last + 1);
  if (middle.every((token) => token.kind === 'character')) {
    return { kind: 'name', name: textOf(tokens), stands: textOf(middle) };
  }
  return {
    kind: 'names',
    prefix: textOf(tokens.slice(0, first)),
    suffix: textOf(tokens.slice(last + 1)),
    // Within a name, several stars mean no more than one.
    tokens: middle.map((token) => (token.kind === 'stars' ? { kind: 'star' } : token)),
  };
}

function stands(token: Token): boolean {
  return token.kind !== 'character' || token.picked;
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.kind === 'character' ? token.character : '')).join('');
}

/** What the wildcards of a segment stand for in a name; undefined when the name does not match. */
export function matchName(segment: Extract<Segment, { kind: 'names' }>, name: string): string | undefined {
  const { prefix, suffix, tokens } = segment;
  if (prefix === '' && isHidden(name)) return undefined;
  if (name.length < prefix.length + suffix.length) return undefined;
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const middle = name.slice(prefix.length, name.length - suffix.length);
  return matches(tokens, Array.from(middle)) ? middle : undefined;
}

/** Whether wildcards pass a name over. A Hive key that begins with `_` is data all the same. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || (name.startsWith('_') && !name.includes('='));
}

/** Only the last star is ever tried again, so that no pattern takes more than length times length steps. */
function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    if (tokens[token]?.kind === 'star') {
      star = token++;
      starAt = at;
    } else if (matchesOne(tokens[token], characters[at] ?? '')) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'star');
}

function matchesOne(token: Token | undefined, character: string): boolean {
  switch (token?.kind) {
    case 'character':
      return token.character === character;
    case 'one':
      return true;
    case 'class':
      return token.ranges.some(([from, to]) => from <= character && character <= to) !== token.negated;
    default:
      return false;
  }
}
