import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  allowedFunctions,
  allowedTableFunctions,
  changingFunctions,
  functionsWithoutBrackets,
} from '../../../../src/adapters/duckdb/sandbox/gate/allowed-functions.ts';
import { limits } from '../../../../src/base/limits.ts';
import { checked } from './gate-kit.ts';

const ordinary = `
select count(*) from data
from data
(table data)
select count(*) filter (delay > 60) * 100.0 / count(*) from data where carrier like 'A%' and day between date '2001-01-01' and '2001-12-31';
select * from data where delay is null or not (delay < 0) or carrier in ('AA', 'UA') -- a comment; select 2
select d.carrier, avg(d.delay) as mean from data d group by 1 having count(*) > 10 order by mean desc nulls last limit 5 offset 1
select carrier, sum(delay) over (partition by carrier order by day rows between 1 preceding and current row) from data
select *, row_number() over w from data window w as (partition by carrier order by id) qualify row_number() over w > 1
with late as (select * from data where delay > 60), worst as (select max(delay) as m from late) select count(*) from late, worst where delay = m
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select sum(i) from n
select count(*) from data a join data b using (id) left join data c on c.id = a.id + 1 where a.day < b.day
select count(*) from data a semi join data b on a.id = b.id anti join data c on a.id = c.id + 1
select count(*) from data a asof join data b on a.day >= b.day
select (select max(id) from data) - (select min(id) from data)
select count(*) from data where exists (select 1 from data d where d.id > data.id) and id = any (select id from data) and id not in (select 1)
select case when delay > 60 then 'late' when delay is null then null else 'fine' end, coalesce(delay, 0), nullif(delay, 0), ifnull(delay, 1), if(delay > 1, 2, 3), try(delay / 0) from data
select delay::integer, cast(day as timestamp), try_cast(carrier as decimal(10, 2)), carrier::varchar[], '[1]'::json, id::struct(a int, b map(int, text)) from data
select date_trunc('month', day), extract(year from day), day + interval 3 days, date_diff('day', day, date '2001-01-01'), day::timestamp at time zone 'UTC', epoch(day) from data
select list_transform([1, 2, delay], x -> x + 1), [x * 2 for x in [1, 2] if x > 1], list_sum([1, 2])[1:2], {'a': id}.a, map {'k': 1}['k'] from data
select list_filter([1], lambda x, i: x > i) from data
select carrier ilike 'a%', carrier ~ '[A-Z]+', carrier not like 'b', carrier similar to 'x', carrier glob 'a*', carrier || 'x', upper(carrier), carrier[1], regexp_matches(carrier, '^[A-Z]{2}$') from data
select id // 2, id % 2, id ** 2, id ^ 2, -id, id & 1, id | 1, id << 1, id >> 1, ~id, @id, id! from data
select * exclude (id) replace (delay * 2 as delay) from data
select * rename (id as number), d.* from data d
select columns(*), max(columns('d.*')), columns(c -> c like 'd%') from data
select distinct on (carrier) * from data order by carrier, day
select distinct carrier from data union all by name select carrier from data
select id from data intersect select id from data except select 1
select carrier, count(*), grouping(carrier) from data group by rollup (carrier)
select count(*) from data group by grouping sets ((carrier), (day)) order by all
select count(distinct carrier), any_value(day), arg_max(id, delay), quantile_cont(delay, 0.9), string_agg(carrier, ',' order by carrier), approx_count_distinct(id) from data group by all
select i from range(10) t(i), generate_series(1, 3), unnest([1, 2]) with ordinality
select * from (values (1, 'a'), (2, 'b')) v(n, s), lateral (select n + 1)
select unnest([1, 2]), unnest({'a': 1}, recursive := true)
select lag(delay, 1, 0) over (order by day), first_value(delay ignore nulls) over (order by day groups between 1 preceding and 1 following exclude ties) from data
select id from data limit 10%
select day is distinct from null, delay is true, true, false, 1e3, 'x' collate nocase from data
select $$text$$, E'\\n', 'it''s', "carrier" from "data"
SELECT COUNT(*) FROM DATA`
  .trim()
  .split('\n');

describe('the gate before user SQL lets pass', () => {
  for (const sql of ordinary) {
    it(sql, async () => assert.equal(await checked(sql), undefined));
  }

  it('the examples of the documentation', async () => {
    const page = readFileSync(new URL('../../../../docs/custom-sql.md', import.meta.url), 'utf8');
    const [, examples = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? [];
    const statements = examples.split('\n\n');
    assert.ok(statements.length > 3);
    for (const sql of statements) assert.equal(await checked(sql), undefined, sql);
    const { queryCharactersMax, queryPartsMax, queryDepthMax } = limits;
    const said = `${queryCharactersMax.toLocaleString('en')} characters, ${queryPartsMax.toLocaleString('en')} parts, or ${queryDepthMax} levels`;
    assert.ok(page.includes(said), said);
  });

  it('columns that are called like a function, when the data has them', async () => {
    const columns = [{ name: 'Current_Date', type: { kind: 'date', native: 'DATE' } }] as const;
    assert.equal(await checked('select count(*) from data where current_date > day', columns), undefined);
  });

  it('functions that DuckDB has and that give the same value each time', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const reader = await connection.runAndReadAll(
      `select function_name, bool_and(coalesce(stability, 'CONSISTENT') = 'CONSISTENT')
       from duckdb_functions() group by 1`,
    );
    const isRepeatable = new Map(reader.getRows().map(([name, same]) => [name, same === true]));
    // These are known to the parser or the binder, not to the catalogue.
    const ofParser = new Set(['unnest', '!', '->']);
    const unknown = [...allowedFunctions].filter((name) => !isRepeatable.has(name) && !ofParser.has(name));
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      [...allowedFunctions].filter((name) => isRepeatable.get(name) === false),
      [],
    );
    const refused = [...changingFunctions, ...functionsWithoutBrackets];
    assert.deepEqual(
      refused.filter((name) => allowedFunctions.has(name) || allowedTableFunctions.has(name)),
      [],
    );
  });
});
