import type { Schema } from '../../../core/datasets/schema.ts';
import type { Session } from '../worker/session.ts';
import { chooseType, type TypeCounts } from './choose-type.ts';
import {
  castText,
  previousType,
  type TextColumn,
  type TextType,
  textType,
  wholeDoubleMax,
} from './text-column.ts';
import { typeCandidates } from './type-candidates.ts';

/** A column before its type is known. */
export type RawColumn = { readonly name: string; readonly raw: string; readonly fixed?: TextType };

/** What the rows looked at say. `isClean`: every one of their texts fits its column's type. */
export type InferredTypes = { readonly columns: readonly TextColumn[]; readonly isClean: boolean };

/** Columns of which counts are taken in one query: a query plan with tens of thousands of aggregates takes gigabytes. */
const columnsPerQuery = 200;

/**
 * Finds the types of text columns in two passes over `relation`, which holds all of them as text: the least, the largest
 * and any text say what a column could be, then the texts that fit each of those are counted.
 */
export async function inferTypes(
  session: Session,
  relation: string,
  asked: { readonly columns: readonly RawColumn[]; readonly previous?: Schema | undefined },
): Promise<InferredTypes> {
  const before = new Map(asked.previous?.map((column) => [column.name, column]));
  const found: TextColumn[] = [];
  let isClean = true;
  for (let at = 0; at < asked.columns.length; at += columnsPerQuery) {
    const slice = asked.columns.slice(at, at + columnsPerQuery);
    const open = slice.filter((column) => column.fixed === undefined);
    const previous = open.map((column) => previousType(before.get(column.name)));
    const measured = await countTypes(session, relation, { columns: open, previous });
    for (const column of slice) {
      const index = open.indexOf(column);
      const counted = measured[index];
      if (counted === undefined) {
        found.push({ name: column.name, raw: column.raw, type: column.fixed ?? textType, asText: true });
        continue;
      }
      const type = chooseType(counted.counts, previous[index]);
      const chosen = counted.counts.candidates.find((each) => each.type === type);
      isClean &&=
        type.native === 'VARCHAR' || (chosen?.fitting ?? counted.counts.texts) === counted.counts.texts;
      found.push({ name: column.name, raw: column.raw, type, asText: counted.asText });
    }
  }
  return { columns: found, isClean };
}

type Counted = { readonly counts: TypeCounts; readonly asText: boolean };

async function countTypes(
  session: Session,
  relation: string,
  asked: { columns: readonly RawColumn[]; previous: readonly (TextType | undefined)[] },
): Promise<Counted[]> {
  if (asked.columns.length === 0) return [];
  const examples = await session.row(
    `select ${asked.columns.map(({ raw }, at) => exampleSql(raw, at)).join(', ')} from ${relation}`,
  );
  const candidates = asked.columns.map((_, at) => {
    const texts = [examples[`a${at}`], examples[`b${at}`], examples[`c${at}`]].filter(
      (text) => typeof text === 'string',
    );
    const previous = asked.previous[at];
    const guessed = typeCandidates(texts);
    const isNew = previous !== undefined && !guessed.some((type) => type.native === previous.native);
    return isNew && previous.native !== textType.native ? [...guessed, previous] : guessed;
  });
  const row = await session.row(
    `select ${asked.columns.map(({ raw }, at) => countSql(raw, at, candidates[at] ?? [])).join(', ')} from ${relation}`,
  );
  return asked.columns.map((_, at) => {
    const count = (key: string): number => Number(row[key] ?? 0);
    const counts: TypeCounts = {
      texts: count(`n${at}`),
      candidates: (candidates[at] ?? []).map((type, index) => ({ type, fitting: count(`f${at}_${index}`) })),
      hasLeadingZeros: count(`z${at}`) > 0,
    };
    return { counts, asText: count(`e${at}`) > 0 || !(count(`m${at}`) < wholeDoubleMax) };
  });
}

function exampleSql(raw: string, at: number): string {
  const text = `nullif(${raw}, '')`;
  return `left(any_value(${text}), 64) as a${at}, left(min(${text}), 64) as b${at}, left(max(${text}), 64) as c${at}`;
}

function countSql(raw: string, at: number, candidates: readonly TextType[]): string {
  const parts = [
    `count(nullif(${raw}, '')) as n${at}`,
    ...candidates.map((type, index) => `count(${castText(raw, type)}) as f${at}_${index}`),
  ];
  if (candidates.length > 0) parts.push(`count_if(${raw} = '') as e${at}`);
  if (candidates.some(({ native }) => native === 'BIGINT')) {
    parts.push(`max(abs(try_cast(${raw} as double))) as m${at}`);
  }
  if (candidates.some(({ native }) => native === 'BIGINT' || native === 'DOUBLE')) {
    // From 00 to 09…: the colon comes after the nine.
    parts.push(`count_if(${raw} >= '00' and ${raw} < '0:') as z${at}`);
  }
  return parts.join(', ');
}
