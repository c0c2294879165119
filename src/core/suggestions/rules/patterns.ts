import { type ColumnHistory, rangeOf } from '../column-history.ts';
import { spanText } from '../evidence.ts';
import type { ColumnFacts } from '../facts.ts';
import { type ColumnRule, evidenceMin } from './rule.ts';

const patternsMax = 3;
const partitionsMin = 10;
const learnedShare = 0.7;

/**
 * A regular expression for texts that are all written alike: the patterns of the first 70 % of the partitions are those of
 * all, and they are few. Only of ASCII texts, where a pattern says exactly which characters may stand there.
 */
export const suggestPattern: ColumnRule = (column) => {
  const { name, type, partitions } = column;
  const rows = partitions.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (type.kind !== 'string' || partitions.length < partitionsMin || rows < evidenceMin.rows) return [];
  const patterns = commonPatterns(partitions.map(({ facts }) => facts));
  if (patterns === undefined) return [];
  const expression = `^(?:${patterns.map((pattern) => expressionOf(pattern)).join('|')})$`;
  const regex =
    patterns.length > 1 ? expression : `^${expressionOf(patterns[0] ?? '', fixedLength(column))}$`;
  return [
    {
      column: name,
      kind: 'pattern',
      check: { invalid_percent: { valid_regex: regex, must_be: 0 } },
      text: `invalid_percent of texts like ${regex} must be 0`,
      evidence: `all texts are written like ${patterns.join(' or ')} (A and a: letters, 9: a digit) in ${spanText(partitions)}`,
    },
  ];
};

function commonPatterns(partitions: readonly ColumnFacts[]): readonly string[] | undefined {
  const known = new Set<string>();
  for (const [place, facts] of partitions.entries()) {
    if (facts.patterns === undefined || !isAscii(facts)) return undefined;
    for (const pattern of facts.patterns) {
      if (place >= learnedShare * partitions.length && !known.has(pattern)) return undefined;
      known.add(pattern);
    }
    if (known.size > patternsMax) return undefined;
  }
  const patterns = [...known].sort();
  return patterns.length > 0 && patterns.every(isExact) ? patterns : undefined;
}

function isAscii({ metric }: ColumnFacts): boolean {
  const share = metric('non_ascii_percent');
  return share?.value === 0 && share.absoluteError === undefined && share.relativeError === undefined;
}

/** Whether a pattern leaves nothing out but the lengths of runs. */
function isExact(pattern: string): boolean {
  return /^[Aa9!-)+-/:-@[-`{-~]+$/.test(pattern);
}

function fixedLength(column: ColumnHistory): number | undefined {
  const [shortest, longest] = [rangeOf(column, 'min_length'), rangeOf(column, 'max_length')];
  return shortest !== undefined && shortest.least === longest?.most ? shortest.least : undefined;
}

/** `A9-9` as `[A-Z]+[0-9]-[0-9]`; a pattern of one run of letters with the length that all have. */
function expressionOf(pattern: string, length?: number): string {
  if (length !== undefined && pattern === 'A') return `[A-Z]{${length}}`;
  if (length !== undefined && pattern === 'a') return `[a-z]{${length}}`;
  return pattern.replaceAll(/9\+|[\s\S]/g, (part) => {
    if (part === 'A') return '[A-Z]+';
    if (part === 'a') return '[a-z]+';
    if (part === '9') return '[0-9]';
    // A long number, or one digit before a plus sign.
    if (part === '9+') return String.raw`[0-9]+\+?`;
    return part === '_' ? part : `\\${part}`;
  });
}
