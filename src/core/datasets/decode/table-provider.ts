import type {
  MysqlProviderDefinition,
  PostgresProviderDefinition,
  RelationDefinition,
  SqliteProviderDefinition,
} from '../provider-definition.ts';
import { type Decoder, mapped, oneOf, text } from './decoder.ts';
import { object, optional, required } from './object.ts';
import type { Place } from './place.ts';
import { secretDecoder } from './secret.ts';

const relationFields = {
  table: optional(text({ charactersMax: 300 })),
  query: optional(text({ charactersMax: 20_000 })),
  updated_column: optional(text({ charactersMax: 300 })),
};

type GivenRelation = {
  readonly table?: string;
  readonly query?: string;
  readonly updated_column?: string;
};

/** What is read, without the keys of YAML. Exactly one of `table` and `query` must be there. */
function relationOf(
  { table, query, updated_column: updatedColumn }: GivenRelation,
  place: Place,
): (RelationDefinition & { readonly updatedColumn?: string }) | undefined {
  const updated = updatedColumn === undefined ? {} : { updatedColumn };
  if (table !== undefined && query === undefined) return { table, ...updated };
  if (query !== undefined && table === undefined) return { query, ...updated };
  return place.report('must have either table or query: table: sales.orders, or query: "select …"');
}

/** Decodes `provider: {type: postgres, url: "${env:WAREHOUSE}", table: sales.orders, updated_column: updated_at}`. */
export const postgresDecoder: Decoder<PostgresProviderDefinition> = mapped(
  object({ type: required(oneOf(['postgres'])), url: required(secretDecoder), ...relationFields }),
  (given, place) => {
    const relation = relationOf(given, place);
    return relation === undefined ? undefined : { type: 'postgres', url: given.url, ...relation };
  },
);

/** Decodes `provider: {type: mysql, url: "${env:SHOP}", table: shop.orders}`; `type: mariadb` is the same. */
export const mysqlDecoder: Decoder<MysqlProviderDefinition> = mapped(
  object({ type: required(oneOf(['mysql', 'mariadb'])), url: required(secretDecoder), ...relationFields }),
  (given, place) => {
    const relation = relationOf(given, place);
    return relation === undefined ? undefined : { type: 'mysql', url: given.url, ...relation };
  },
);

/** Decodes `provider: {type: sqlite, path: "shop.db", table: orders}`. The path is taken as it is: it may be relative. */
export const sqliteDecoder: Decoder<SqliteProviderDefinition> = mapped(
  object({
    type: required(oneOf(['sqlite'])),
    path: required(text({ charactersMax: 4_096 })),
    ...relationFields,
  }),
  (given, place) => {
    const relation = relationOf(given, place);
    return relation === undefined ? undefined : { type: 'sqlite', path: given.path, ...relation };
  },
);
