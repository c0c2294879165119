import { suggestion } from '../../../../core/text/nearest.ts';
import {
  allowedFunctions,
  allowedTableFunctions,
  changingFunctions,
  functionsWithoutBrackets,
} from './allowed-functions.ts';
import type { Part, Surroundings } from './statement-walk.ts';

/** Refuses a table other than `data` and the names of WITH. */
export function checkTable(part: Part, { names, refuse }: Surroundings): void {
  const name = word(part['table_name']);
  const owner = word(part['catalog_name']) || word(part['schema_name']);
  if (owner !== '') {
    throw refuse(`the table “${shown(`${owner}.${name}`)}” is not allowed: data is the only one`);
  }
  const known = name.toLowerCase();
  if (known === 'data' || names.has(known)) return;
  const meant = suggestion(name, ['data', ...names]);
  throw refuse(`the table “${shown(name)}” is not allowed: only data and names of WITH above it are${meant}`);
}

/** Refuses a call in FROM other than of the few that make rows of their arguments. */
export function checkTableCall(part: Part, surroundings: Surroundings): void {
  const name = nameOf(part, surroundings);
  if (allowedTableFunctions.has(name)) return;
  throw surroundings.refuse(
    `the table function “${shown(name)}” is not allowed: only ${[...allowedTableFunctions].join(', ')} are`,
  );
}

/** Refuses a call of a function that is not on the list. */
export function checkCall(part: Part, surroundings: Surroundings): void {
  const name = nameOf(part, surroundings);
  if (allowedFunctions.has(name)) return;
  if (changingFunctions.has(name)) throw changing(name, surroundings);
  throw surroundings.refuse(
    `the function “${shown(name)}” is not allowed${suggestion(name, allowedFunctions)}`,
  );
}

/** Refuses a name that no column has and that DuckDB would take for a function, such as `current_date`. */
export function checkColumnName(part: Part, surroundings: Surroundings): void {
  const names = part['column_names'];
  const [first] = Array.isArray(names) && names.length === 1 ? names : [];
  const name = word(first).toLowerCase();
  if (!functionsWithoutBrackets.has(name)) return;
  if (surroundings.columns.some((column) => column.name.toLowerCase() === name)) return;
  if (changingFunctions.has(name)) throw changing(name, surroundings);
  throw surroundings.refuse(`“${shown(name)}” is not allowed`);
}

const typeNames: ReadonlySet<string> = new Set(
  `BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM FLOAT DOUBLE
   DECIMAL VARCHAR BLOB BIT UUID DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL NULL LIST ARRAY
   STRUCT MAP UNBOUND JSON`
    .trim()
    .split(/\s+/)
    .concat('TIMESTAMP WITH TIME ZONE', 'TIME WITH TIME ZONE', 'TIME_NS'),
);

/** Refuses a type that is not built in. */
export function checkType(part: Part, { refuse }: Surroundings): void {
  const name = word(part['id'] ?? part['name']);
  if (!typeNames.has(name.toUpperCase())) throw refuse(`the type “${shown(name)}” is not allowed`);
}

function nameOf(part: Part, { refuse }: Surroundings): string {
  const name = word(part['function_name']).toLowerCase();
  const schema = word(part['schema']);
  if (schema !== '' && schema !== 'main') {
    throw refuse(`“${shown(`${schema}.${name}`)}” is not allowed`, {
      hint: `write ${shown(name)}(${shown(schema)}, …) when ${shown(schema)} is a column`,
    });
  }
  return name;
}

function changing(name: string, { refuse }: Surroundings): Error {
  return refuse(`“${shown(name)}” is not allowed: its value differs from one run to the next`, {
    hint: 'compare with a column of the data or a fixed value: a check that is repeated must say the same',
  });
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const shownCharactersMax = 80;

function shown(name: string): string {
  return name.length > shownCharactersMax ? `${name.slice(0, shownCharactersMax)}…` : name;
}
