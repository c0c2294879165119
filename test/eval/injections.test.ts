import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { injections } from '../../eval/inject/catalogue.ts';
import { columnsOf, corrupt, fingerprint } from '../../eval/inject/corrupt.ts';
import { driftInjections } from '../../eval/inject/drift.ts';
import { type Injection, injectionId } from '../../eval/inject/injection.ts';
import type { StrikeColumns } from '../../eval/streams/stream.ts';

const columns: StrikeColumns = {
  numbers: ['amount', 'price'],
  texts: ['city', 'code'],
  times: ['moment'],
  lettered: ['city'],
  categories: ['city'],
  tenant: 'city',
};

const rows = 400;
const tables = `
  create table part as
  select i as amount, round(3 + sin(i) * 2, 2)::double as price, ['Bonn', 'Rome', 'Lima', 'Oslo'][1 + i % 4] as city,
    'A-' || i as code, timestamp '2001-02-03' + to_minutes(i) as moment, i + 1 as __n
  from range(${rows}) t(i);
  create table yesterday as select * replace (moment - interval 1 day as moment, amount + 1 as amount) from part;
  create table tenants as select unnest(['Rome', 'Lima']) as value;`;

describe('errors put into a partition', () => {
  let connection: DuckDBConnection;
  let clean: Parameters<typeof corrupt>[2];

  before(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await connection.run(tables);
    const natives = Object.fromEntries(
      (await columnsOf(connection, 'part')).map(({ name, native }) => [name, native]),
    );
    clean = {
      stream: 'test',
      chance: '2001-02-03',
      columns,
      natives,
      daysApart: 1,
      day: 5,
      fingerprint: await fingerprint(connection, 'part'),
    };
  });

  after(() => connection.closeSync());

  async function struck(injection: Injection): Promise<string> {
    const column = await corrupt(connection, injection, clean);
    assert.ok(column !== undefined, `${injectionId(injection)} changes something`);
    return column;
  }

  async function number(sql: string): Promise<number> {
    const reader = await connection.runAndReadAll(sql);
    return Number(reader.getRowsJson()[0]?.[0]);
  }

  /** Rows in which a column differs from the clean one. */
  function changed(column: string): Promise<number> {
    return number(`
      select count(*) from (select *, row_number() over () as __n from corrupted) c join part p using (__n)
      where c.${column} is distinct from p.${column}`);
  }

  function of(type: string): Injection[] {
    const found = injections.filter((one) => one.type === type);
    assert.ok(found.length > 0, type);
    return found;
  }

  it('change the data, the same way each time', async () => {
    for (const injection of [...injections, ...driftInjections]) {
      const column = await struck(injection);
      const once = await fingerprint(connection, 'corrupted');
      assert.notEqual(once, clean.fingerprint, injectionId(injection));
      assert.equal(await struck(injection), column);
      assert.equal(await fingerprint(connection, 'corrupted'), once, injectionId(injection));
    }
  });

  it('have names of their own', () => {
    const ids = [...injections, ...driftInjections].map(injectionId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('take away the share of values that they say', async () => {
    for (const injection of of('explicit missing')) {
      const column = await struck(injection);
      assert.equal(
        await number(`select count(*) from corrupted where ${column} is null`),
        Math.round(injection.size * rows),
      );
    }
  });

  it('strike the share of rows that they say, and no other column', async () => {
    const types = [
      'implicit missing',
      'numeric noise',
      'inserted character',
      'padding',
      'casing',
      'new category',
    ];
    for (const injection of types.flatMap(of)) {
      const column = await struck(injection);
      const expected = Math.round(injection.size * rows);
      const found = await changed(column);
      // Noise may round to nothing, and a placeholder may be the value that was there.
      assert.ok(found <= expected && found >= 0.95 * expected, `${injectionId(injection)}: ${found}`);
      for (const other of ['amount', 'price', 'city', 'code', 'moment'].filter((name) => name !== column)) {
        assert.equal(await changed(other), 0, `${injectionId(injection)} ${other}`);
      }
    }
  });

  it('change units by their factor', async () => {
    for (const injection of of('unit change, 100 % of rows')) {
      const column = await struck(injection);
      const factor = await number(
        `select (select sum(${column}) from corrupted) / (select sum(${column}) from part)`,
      );
      assert.ok(Math.abs(factor / injection.size - 1) < 0.01, `${injectionId(injection)}: ${factor}`);
    }
  });

  it('swap values between two columns and keep their types', async () => {
    const [least] = of('swapped columns');
    const all = of('swapped columns').at(-1);
    assert.ok(least !== undefined && all !== undefined);
    const column = await struck(all);
    const other = { amount: 'price', price: 'amount', city: 'code', code: 'city' }[column] ?? '';
    const types = (await columnsOf(connection, 'corrupted')).map(({ native }) => native);
    assert.deepEqual(
      types,
      (await columnsOf(connection, 'part')).map(({ native }) => native),
    );
    assert.ok((await changed(column)) > 0.9 * rows && (await changed(other)) > 0.9 * rows);
    assert.ok((await changed(await struck(least))) <= 0.05 * rows);
  });

  it('lose and repeat the share of rows that they say', async () => {
    const counts = async (type: string): Promise<number[]> => {
      const found: number[] = [];
      for (const injection of of(type)) {
        await struck(injection);
        found.push(await number('select count(*) from corrupted'));
      }
      return found;
    };
    assert.deepEqual(await counts('truncated'), [360, 280, 200, 40]);
    assert.deepEqual(await counts('random loss'), [360, 280, 200, 40]);
    assert.deepEqual(await counts('duplicates'), [420, 600, 800, 4_000]);
    assert.deepEqual(await counts('empty partition'), [0]);
    const [first] = of('truncated');
    assert.ok(first !== undefined);
    await struck(first);
    assert.equal(await number('select max(amount) from corrupted'), 359);
  });

  it('rename, merge and lose whole categories', async () => {
    for (const injection of of('renamed categories').slice(1)) {
      await struck(injection);
      const renamed = await number("select count(*) from corrupted where city like 'X-%'");
      assert.ok(renamed > 0 && renamed <= 0.5 * rows && renamed % 100 === 0, String(renamed));
    }
    for (const injection of of('collapsed categories')) {
      await struck(injection);
      const top = await number("select count(*) from corrupted where city = 'Bonn'");
      assert.ok(top > 100 && top <= 100 + injection.size * rows, String(top));
    }
    for (const injection of of('one tenant')) {
      await struck(injection);
      const kinds = await number("select count(*) from corrupted where city in ('Rome', 'Lima')");
      const sum = await number('select sum(amount)::double from corrupted');
      if (injection.magnitude === 'lost') assert.equal(kinds, 100);
      if (injection.magnitude === 'rows × 10') assert.equal(kinds, 1_100);
      if (injection.magnitude === 'values × 10') assert.ok(kinds === 200 && sum > 79_800 * 3);
    }
  });

  it('draw values from one end alone', async () => {
    const [half] = of('biased sample, top');
    assert.ok(half !== undefined);
    const column = await struck(half);
    assert.equal(await number('select count(*) from corrupted'), rows);
    const least = await number(
      `select count(*) from corrupted where ${column} < (select quantile_disc(${column}, 0.5) from part)`,
    );
    assert.equal(least, 0);
  });

  it("bring yesterday's rows, as they were or with today's date", async () => {
    const [asItWas, today] = of('yesterday again');
    assert.ok(asItWas !== undefined && today !== undefined);
    await struck(asItWas);
    assert.equal(await number("select count(*) from corrupted where moment < timestamp '2001-02-03'"), rows);
    await struck(today);
    assert.equal(await number("select count(*) from corrupted where moment >= timestamp '2001-02-03'"), rows);
    assert.equal(await number('select max(amount) from corrupted'), rows);
  });

  it('change the schema as they say', async () => {
    const names = async (magnitude: string): Promise<string> => {
      const injection = of('schema change').find((one) => one.magnitude === magnitude);
      assert.ok(injection !== undefined, magnitude);
      const column = await struck(injection);
      const found = await columnsOf(connection, 'corrupted');
      return found.map(({ name, native }) => (name === column ? `[${name} ${native}]` : name)).join(' ');
    };
    assert.equal((await names('dropped column')).split(' ').length, 4);
    assert.match(await names('added column'), / added$/);
    assert.match(await names('renamed column'), /renamed/);
    assert.match(await names('moved column'), /^\[/);
    assert.match(await names('number as text'), /VARCHAR\]/);
    assert.match(await names('date as text'), /\[moment VARCHAR\]/);
  });

  it('grow by 1 % a day', async () => {
    const [values, lost] = driftInjections;
    assert.ok(values !== undefined && lost !== undefined);
    const column = await struck(values);
    const factor = await number(
      `select (select sum(${column}) from corrupted) / (select sum(${column}) from part)`,
    );
    assert.ok(Math.abs(factor - 1.01 ** 5) < 0.005, String(factor));
    await struck(lost);
    assert.equal(await number('select count(*) from corrupted'), Math.floor(0.99 ** 5 * rows));
  });

  it('say so when there is nothing that they could change', async () => {
    const [padding] = of('casing');
    assert.ok(padding !== undefined);
    await connection.run('create or replace temp table saved as select * from part');
    await connection.run("create or replace table part as select * replace ('123' as city) from saved");
    const digits = { ...clean, fingerprint: await fingerprint(connection, 'part') };
    assert.equal(await corrupt(connection, padding, digits), undefined);
    await connection.run('create or replace table part as select * from saved');
  });
});
