import { splitRecords } from './records.ts';

/** How the records of a CSV file are written. Quotes are always `"`, doubled within quotes (RFC 4180). */
export type CsvDialect = { readonly delimiter: string; readonly header: boolean };

/** What the start of a file shows. */
export type CsvStart = CsvDialect & {
  /** The fields of the first record: names when there is a header. */
  readonly first: readonly string[];
  /** A delimiter that fits far better than the one that was given. */
  readonly better?: string;
};

const candidates = [',', ';', '\t', '|'];
const recordsLooked = 100;
/** A share of records with as many fields as the first one, from which a delimiter is taken for the right one. */
const consistent = 0.9;

/**
 * Finds the dialect in the start of a file. The delimiter is the candidate with which most records have as many fields
 * as the first one, and more than one. There is a header unless a field of the first record is a number or a date.
 * DuckDB's sniffer is not used: it gives up, or takes another delimiter, when a few records are broken.
 */
export function detectDialect(
  text: string,
  given: { readonly delimiter?: string | undefined; readonly header?: boolean | undefined },
): CsvStart {
  const scored = candidates
    .map((delimiter) => scoreOf(text, delimiter))
    .toSorted((a, b) => b.score - a.score);
  const best = scored.find((each) => each.fields > 1);
  const delimiter = given.delimiter ?? best?.delimiter ?? ',';
  const records = splitRecords(text, delimiter, recordsLooked);
  const first = records[0] ?? [];
  const isWrong =
    given.delimiter !== undefined &&
    records.every((record) => record.length === 1) &&
    best !== undefined &&
    best.delimiter !== delimiter &&
    best.share >= consistent;
  return {
    delimiter,
    header: given.header ?? !first.some(isValue),
    first,
    ...(isWrong ? { better: best.delimiter } : {}),
  };
}

type Score = { delimiter: string; fields: number; share: number; score: number };

function scoreOf(text: string, delimiter: string): Score {
  const records = splitRecords(text, delimiter, recordsLooked);
  const fields = records[0]?.length ?? 0;
  const alike = records.filter((record) => record.length === fields).length;
  const share = records.length === 0 ? 0 : alike / records.length;
  // Of two that fit as well, the one with more fields; earlier candidates are likelier.
  const preference = 1 - candidates.indexOf(delimiter) * 1e-3;
  return { delimiter, fields, share, score: fields > 1 ? share * Math.log(fields + 1) * preference : 0 };
}

const numberPattern = /^[+-]?(\d+([.,]\d*)?|\.\d+)([eE][+-]?\d+)?%?$/;
const datePattern = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}.*)?$/;

function isValue(field: string): boolean {
  const text = field.trim();
  return numberPattern.test(text) || datePattern.test(text);
}
