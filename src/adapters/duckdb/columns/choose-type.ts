import { type TextType, textType } from './text-column.ts';

/** How many texts of a column fit each of the types that it could have. */
export type TypeCounts = {
  /** Texts that are there: not null and not empty. */
  readonly texts: number;
  /** The narrowest first. */
  readonly candidates: readonly { readonly type: TextType; readonly fitting: number }[];
  /** Whether numbers are written with leading zeros, as identifiers are. */
  readonly hasLeadingZeros: boolean;
};

/** Texts that do not fit are bad values of a typed column up to these, and show beyond that the column is text. */
const badShareMax = 0.001;
const badFewMax = 5;
const badFewShareMax = 0.1;

/**
 * The type of a text column. The type that most texts fit wins, the narrowest of equals, the earlier revision's type
 * before all equals. Texts that do not fit it are bad values, whose rows are rejected, as long as they are a handful: at
 * most one in a thousand, or at most five and 10 %. With more of them the column is text, and no row is rejected for it.
 */
export function chooseType(counts: TypeCounts, previous: TextType | undefined): TextType {
  if (previous?.native === textType.native || counts.texts === 0) return previous ?? textType;
  const before = counts.candidates.find(({ type }) => type.native === previous?.native);
  const best = [...(before === undefined ? [] : [before]), ...counts.candidates].reduce<
    { type: TextType; fitting: number } | undefined
  >((most, each) => (most === undefined || each.fitting > most.fitting ? each : most), undefined);
  if (best === undefined || !isHandful(counts.texts - best.fitting, counts.texts)) return textType;
  const isNumber =
    best.type.native === 'BIGINT' || best.type.native === 'DOUBLE' || best.type.native.startsWith('DECIMAL');
  const isIdentifier = counts.hasLeadingZeros && isNumber && best.type.native !== previous?.native;
  return isIdentifier ? textType : best.type;
}

function isHandful(bad: number, of: number): boolean {
  return bad <= of * badShareMax || (bad <= badFewMax && bad <= of * badFewShareMax);
}
