import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../../src/base/limits.ts';
import { assertRefused, checked } from './gate-kit.ts';

const file = '/etc/passwd';

describe('the gate before user SQL refuses', () => {
  it('everything that reads files', async () => {
    const readers =
      `read_csv read_csv_auto read_text read_blob read_json read_json_auto read_json_objects read_ndjson
       read_ndjson_auto read_ndjson_objects read_parquet parquet_scan parquet_metadata parquet_schema
       parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_bloom_probe sniff_csv glob read_duckdb
       arrow_scan seq_scan`.split(/\s+/);
    await assertRefused({
      ...Object.fromEntries(readers.map((name) => [`from ${name}('${file}')`, new RegExp(`“${name}”`)])),
      [`select * from '${file}'`]: /table “\/etc\/passwd”/,
      [`from "${file}"`]: /table “\/etc\/passwd”/,
      "from 'data.csv'": /table “data\.csv”/,
      "from 'https://example.org/x.parquet'": /table/,
      "from 's3://bucket/x.parquet'": /table/,
      [`select "READ_TEXT"('${file}')`]: /“read_text”/,
      [`select * from main.read_text('${file}')`]: /“read_text”/,
      [`select * from system.main.read_text('${file}')`]: /function of a database|“read_text”/,
      [`select (select content from read_text('${file}'))`]: /“read_text”/,
      [`select 1 where exists (from read_csv('${file}'))`]: /“read_csv”/,
      [`select 1 from data order by (select max(content) from read_text('${file}'))`]: /“read_text”/,
      [`select 1 from data limit (select count(*) from read_text('${file}'))`]: /“read_text”/,
      [`select sum(id) filter (exists (from glob('*'))) from data`]: /“glob”/,
      [`select list_transform([1], x -> (select count(*) from glob('*')))`]: /“glob”/,
      [`select lag(id, (select count(*) from glob('*'))) over (order by id) from data`]: /“glob”/,
      [`select 1 from data d join glob('*') g on true`]: /“glob”/,
      [`select 1 from data d join data e on d.id = (select count(*) from glob('*'))`]: /“glob”/,
      [`select * replace ((select count(*) from glob('*')) as id) from data`]: /“glob”/,
      [`select columns((select 'x' from glob('*'))) from data`]: /“glob”/,
      [`from (values ((select count(*) from glob('*'))))`]: /“glob”/,
      [`from range((select count(*) from glob('*')))`]: /“glob”/,
      [`select 1 union select count(*) from glob('*')`]: /“glob”/,
      [`with x as (from glob('*')) select 1`]: /“glob”/,
      [`select case when 1 then (select 1 from glob('*')) end`]: /“glob”/,
      [`select 1 group by (select 1 from glob('*')) having true qualify true`]: /“glob”/,
      [`select distinct on ((select 1 from glob('*'))) 1`]: /“glob”/,
      [`select which_secret('x', 's3')`]: /“which_secret”/,
    });
  });

  it('what tells of the machine, the settings or the catalogue', async () => {
    const tables =
      `duckdb_settings duckdb_secrets duckdb_secret_types duckdb_tables duckdb_views duckdb_columns duckdb_functions
       duckdb_extensions duckdb_logs duckdb_log_contexts duckdb_memory duckdb_temporary_files duckdb_variables
       duckdb_databases duckdb_external_file_cache duckdb_prepared_statements pragma_database_size pragma_storage_info
       pragma_table_info pragma_user_agent pragma_version pragma_platform pg_timezone_names test_all_types
       sql_auto_complete summary json_each json_tree duckdb_logs_parsed histogram_values`.split(/\s+/);
    await assertRefused({
      ...Object.fromEntries(tables.map((name) => [`from ${name}()`, new RegExp(`“${name}”`)])),
      "select getenv('HOME')": /“getenv”/,
      "select current_setting('allowed_paths')": /“current_setting”/,
      "select getvariable('x')": /“getvariable”/,
      'select version()': /“version”/,
      'select current_query()': /“current_query”/,
      'select current_database(), current_user': /“current_/,
      'select user': /“user”/,
      'select pg_get_viewdef(1)': /“pg_get_viewdef”/,
      "select json_serialize_plan('select 1')": /“json_serialize_plan”/,
      'select cast_to_type(id, null::int), get_type(id) from data': /“(cast_to_type|get_type)”/,
      'from information_schema.tables': /information_schema/,
      'from pg_catalog.pg_class': /pg_catalog/,
      'from pg_class': /“pg_class”/,
      'from sqlite_master': /“sqlite_master”/,
      'from duckdb_views': /“duckdb_views”/,
      'from memory.main.data': /memory/,
      'from main.data': /main/,
      'from temp.data': /temp/,
      'from d.data': /d\.data/,
      'show tables': /SHOW/,
      'describe data': /DESCRIBE/,
      'summarize data': /SUMMARIZE/,
      'from (describe data)': /DESCRIBE/,
      'explain select 1': /no single SELECT/,
      'explain analyze select 1': /no single SELECT/,
    });
  });

  it('names of WITH where they mean something else than the query of WITH', async () => {
    await assertRefused({
      'with pg_class as (from pg_class) from pg_class': /“pg_class”/,
      'with recursive pg_class as (from pg_class union all from pg_class) from pg_class': /“pg_class”/,
      'with a as (from b), b as (select 1) from a': /“b”/,
      'select (with a as (select 1) from a) from a': /“a”/,
      'with recursive t(a) using key (a) as (select 1 union select a + 1 from t) from t': /USING KEY/,
      'with recursive t(a) as (select 1 union select a + 1 from t) from recurring.t': /recurring/,
    });
  });

  it('what changes anything, on its own or hidden in a SELECT', async () => {
    const statements =
      `create table x as select 1|create view x as from data|create macro m() as 1|create secret (type s3)|drop view data
      |insert into data values (1)|update data set id = 1|delete from data|truncate data|alter view data rename to x
      |copy data to '/tmp/x'|copy (from data) to '/tmp/x'|copy data from '/tmp/x'|export database '/tmp/x'
      |import database '/tmp/x'|attach '/tmp/x'|attach ':memory:' as m|detach memory|use memory|install httpfs|load httpfs
      |force install httpfs|set memory_limit = '10GB'|set threads = 64|reset memory_limit|set variable x = 1
      |pragma memory_limit = '1GB'|pragma database_list|pragma show_tables|call duckdb_settings()|call pragma_version()
      |checkpoint|vacuum|analyze|begin|commit|rollback|prepare p as select 1|execute p|deallocate p
      |pivot data on carrier using sum(id)|select * from (pivot data on carrier using sum(id))|comment on view data is 'x'
      |create type t as enum ('a')|create sequence s|create schema s|merge into data using data on true when matched then delete
      |update extensions|set allowed_directories = ['/']|set lock_configuration = false|set log_query_path = '/tmp/x'`
        .split('|')
        .map((sql) => sql.trim());
    const refused = await Promise.all(statements.map(async (sql) => [sql, await checked(sql)] as const));
    assert.deepEqual(
      refused.filter(([, refusal]) => refusal === undefined).map(([sql]) => sql),
      [],
    );
    await assertRefused({
      "select * from enable_logging(storage = 'file', storage_path = '/tmp/x')": /“enable_logging”/,
      "select * from enable_profiling(save_location = '/tmp/x')": /“enable_profiling”/,
      'from disable_logging()': /“disable_logging”/,
      'from checkpoint()': /“checkpoint”/,
      'from force_checkpoint()': /“force_checkpoint”/,
      'from truncate_duckdb_logs()': /“truncate_duckdb_logs”/,
      'from enable_peg_parser()': /“enable_peg_parser”/,
      "from query('select 1')": /“query”/,
      "from query_table('data')": /“query_table”/,
      "from json_execute_serialized_sql('{}')": /“json_execute_serialized_sql”/,
      "select write_log('x')": /“write_log”/,
      "select nextval('s')": /“nextval”/,
      "select list_aggregate([1], 'reservoir_quantile', 0.5)": /“list_aggregate”/,
      'select sleep_ms(100000)': /“sleep_ms”/,
      'select pg_sleep(100)': /“pg_sleep”/,
      "select error('x')": /“error”/,
      'select repeat(carrier, 1000000000) from data': /“repeat”/,
      "from repeat('x', 10)": /“repeat”/,
      'unpivot data on id into name n value v': /UNPIVOT/,
    });
  });

  it('what differs from one run to the next, and says so', async () => {
    const calls =
      'random() uuid() uuidv4() uuidv7() gen_random_uuid() now() today() get_current_timestamp() current_date current_timestamp current_time localtime localtimestamp current_localtimestamp() setseed(0.5) age(day) reservoir_quantile(id,0.5) transaction_timestamp()'.split(
        ' ',
      );
    await assertRefused(
      Object.fromEntries(
        calls.map((call) => [`select ${call} from data`, /differs from one run to the next/]),
      ),
    );
    await assertRefused({
      'select * from data using sample 10': /SAMPLE/,
      'select * from data tablesample 10%': /SAMPLE/,
      'select * from data using sample reservoir(10 rows) repeatable (1)': /SAMPLE/,
    });
  });

  it('several statements, none, parameters and other parts that are not known', async () => {
    await assertRefused({
      '': /empty/,
      ' -- select 1': /empty/,
      'select 1; select 2': /2 statements/,
      'select 1; drop view data': /no single SELECT|statements/,
      "select 1 /* ; */ ; -- \n ; copy data to 'x'": /no single SELECT|statements/,
      'select $1': /parameter/,
      'select ?': /parameter/,
      'select $name': /parameter/,
      'select #1 from data': /by its number/,
      'select default': /DEFAULT/,
      'select * from data at (version => 1)': /AT/,
      "select 'a'::no_such_type": /type “no_such_type”/,
      "select 'data'::regclass": /type “regclass”/,
      'select 1::main.x': /type|QUALIFIED|not allowed/i,
      'select carrier.upper() from data': /“carrier\.upper”/,
      'select ｎｏｗ()': /“ｎｏｗ”/,
      'select ｒead_text(1)': /not allowed/,
      'select 1\0; drop view data': /characters/,
      'select \ud800': /characters/,
      [`select '${'x'.repeat(limits.queryCharactersMax)}'`]: /characters/,
    });
  });

  it('names the place, a near name and what to do', async () => {
    assert.deepEqual(await checked("select 'é',\n  medain(delay) from data"), {
      code: 'QUERY_REFUSED',
      message: 'the function “medain” is not allowed; did you mean “median”?',
      hint: 'a check is one SELECT over the table data: docs/custom-sql.md says what it may use',
      where: 'line 2, column 3',
    });
    assert.match((await checked('from dat'))?.message ?? '', /did you mean “data”/);
    assert.match((await checked('with late as (from data) from lat'))?.message ?? '', /did you mean “late”/);
  });

  it('no statement that is not SQL: that one failed', async () => {
    const failure = await checked('select * form data\nwhere');
    assert.equal(failure?.code, 'QUERY_FAILED');
    assert.match(failure?.message ?? '', /not valid SQL: syntax error/);
    assert.match(failure?.where ?? '', /^line \d, column \d+$/);
  });
});

describe('a statement nested without end', () => {
  const nestings: Readonly<Record<string, (depth: number) => string>> = {
    brackets: (n) => `select ${'('.repeat(n)}now()${')'.repeat(n)}`,
    subqueries: (n) => `select ${'(select '.repeat(n)}now()${')'.repeat(n)}`,
    tables: (n) => `from ${'(from '.repeat(n)}pg_class${')'.repeat(n)}`,
    sums: (n) => `select now()${'+1'.repeat(n)}`,
    signs: (n) => `select ${'- '.repeat(n)}now()`,
    lists: (n) => `select ${'['.repeat(n)}now()${']'.repeat(n)}`,
    cases: (n) => `select ${'case when '.repeat(n)}now()${' then 1 end'.repeat(n)}`,
    unions: (n) => `select now()${' union select 1'.repeat(n)}`,
    casts: (n) => `select now()${'::int'.repeat(n)}`,
    types: (n) => `select now()::int${'[]'.repeat(n)}`,
    joins: (n) => `select now() from data${' cross join data'.repeat(n)}`,
    withs: (n) => `${'with a as ('.repeat(n)}select now()${') select 1'.repeat(n)}`,
    conditions: (n) => `select now()${' and 1'.repeat(n)}`,
  };
  for (const [what, nest] of Object.entries(nestings)) {
    it(`is refused and ends nothing: ${what}`, async () => {
      for (const depth of [10, 100, 500, 990, 4_000]) {
        assert.match((await checked(nest(depth)))?.code ?? 'allowed', /^QUERY_REFUSED$/, `${depth} ${what}`);
      }
    });
  }
});

describe('whatever stands around a function that is not allowed', () => {
  const wraps: readonly ((inner: string) => string)[] = [
    (x) => `(${x})`,
    (x) => `abs(${x})`,
    (x) => `(select ${x})`,
    (x) => `[${x}]`,
    (x) => `{'a': ${x}}`,
    (x) => `case when true then 1 else ${x} end`,
    (x) => `(select max(id) from data where ${x} is not null)`,
    (x) => `list_transform([1], y -> ${x})`,
    (x) => `(${x})::varchar`,
    (x) => `coalesce(null, ${x})`,
    (x) => `(1 between ${x} and 2)`,
    (x) => `count(*) filter (${x} = 1)`,
    (x) => `(with q as (select ${x}) from q)`,
    (x) => `(select 1 from (values (${x})))`,
    (x) => `(select 1 from unnest([${x}]))`,
    (x) => `(${x} in (1, 2))`,
    (x) => `string_agg('a', ',' order by ${x})`,
    (x) => `(select 1 intersect select ${x})`,
    (x) => `(select 1 limit ${x})`,
  ];
  it('it is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...wraps), { maxLength: 12 }), async (around) => {
        const sql = `select ${around.reduce((inner, wrap) => wrap(inner), "read_text('x')")} from data`;
        const refusal = await checked(sql);
        assert.equal(refusal?.code, 'QUERY_REFUSED', sql);
        assert.match(refusal.message, /“read_text”|too deeply/, sql);
      }),
      { numRuns: 200 },
    );
  });
});

describe('any text', () => {
  it('is judged, and ends nothing', async () => {
    const words =
      `select from where data ( ) , * "x" 'x' -- /* */ ; with as union all 1 1e9 id :: [ ] { } : -> case when
      then end over order by limit $1 ? # not in exists unnest read_csv count lambda is null interval \\ \t é 😀 at
      values join on using lateral recursive group distinct filter qualify window pivot columns`.split(/\s+/);
    const text = fc.oneof(
      fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => `select ${parts.join(' ')}`),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (sql) => {
        const code = (await checked(sql))?.code ?? 'allowed';
        assert.match(code, /^(allowed|QUERY_REFUSED|QUERY_FAILED)$/);
      }),
      { numRuns: 200 },
    );
  });
});
