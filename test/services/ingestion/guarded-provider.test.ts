import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FailureError, failure } from '../../../src/base/errors.ts';
import { partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import { day, minute } from '../../../src/base/units.ts';
import type { DatasetDefinition, DatasetLimits } from '../../../src/core/datasets/definition.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { guardedProvider } from '../../../src/services/ingestion/guarded-provider.ts';
import { SourceGuard } from '../../../src/services/ingestion/source-guard.ts';
import { defineFiles } from '../../adapters/files/define-files.ts';
import { testKit } from '../../support/kit.ts';
import { memorySourceUse } from '../../support/source-use.ts';

const files: FilesScan = { kind: 'files', format: 'csv', files: [], hiveKeys: [] };
const down = failure('SOURCE_UNAVAILABLE', 'connection refused');

/** A source that does with each fetch what it is told, behind a guard. */
function subject() {
  const kit = testKit();
  const guard = new SourceGuard(kit, memorySourceUse());
  const source = {
    asked: 0,
    arrived: 0,
    answer: (async () => succeed(files)) as Provider['fetch'],
  };
  const provider: Provider = {
    partitions: async () => succeed({ partitions: [], remember: null }),
    schema: async () => succeed([]),
    fetch: (request) => {
      source.asked += 1;
      guard.received(request.definition, source.arrived);
      return source.answer(request);
    },
  };
  const guarded = guardedProvider(provider, { clock: kit.clock, guard, bytesIn: async () => source.arrived });
  const fetch = (definition = shop(), wait: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
    guarded.fetch({
      definition,
      listed: {
        key: partitionKey('2001-01-01'),
        fingerprint: 'f',
        scan: { kind: 'remote-files', format: 'csv', files: [], hiveKeys: [] },
      },
      directory: '/nowhere',
      wait: { signal: wait.signal ?? new AbortController().signal, timeoutMs: wait.timeoutMs ?? 60 * minute },
    });
  return { kit, guard, source, fetch };
}

function shop(own: Partial<DatasetLimits> = {}, host = 'shop.example.org'): DatasetDefinition {
  return {
    ...defineFiles('', { kind: 'file' }),
    provider: { type: 'http', url: `https://${host}/{yyyy}.csv?token=secret` },
    limits: { rejectedPercentMax: 5, ...own },
  };
}

function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.error.code;
}

async function failOften({ source, fetch }: ReturnType<typeof subject>): Promise<void> {
  source.answer = async () => fail(down);
  for (let call = 0; call < limits.breakerCallsMin; call += 1) assert.equal(codeOf(await fetch()), down.code);
}

describe('guarded provider', () => {
  it('asks a source that fails no more until its time has come, then once, then again when it is well', async () => {
    const shopped = subject();
    const { kit, guard, source, fetch } = shopped;
    await failOften(shopped);
    const held = await fetch();
    assert.ok(!held.ok && held.error.code === 'SOURCE_HELD' && held.error.retryAfterMs !== undefined);
    assert.equal(source.asked, limits.breakerCallsMin);
    const [report] = guard.report();
    assert.equal(report?.state, 'open');
    assert.equal(report?.limit, 0);
    assert.equal(report?.lastFailure?.message, 'connection refused');
    await kit.clock.advance(held.error.retryAfterMs);
    const gate = Promise.withResolvers<Outcome<FilesScan>>();
    source.answer = () => gate.promise;
    const probe = fetch();
    await kit.clock.advance(0);
    assert.equal(codeOf(await fetch()), 'SOURCE_HELD');
    gate.resolve(succeed(files));
    assert.equal(codeOf(await probe), 'ok');
    assert.equal(guard.report()[0]?.state, 'closed');
    assert.equal(source.asked, limits.breakerCallsMin + 1);
  });

  it('lets a probe that fails cost no attempt, and says of a source that is away for long that it is', async () => {
    const shopped = subject();
    const { kit, source, fetch, guard } = shopped;
    await failOften(shopped);
    const codes = new Set<string>();
    const asked = source.asked;
    for (let at = 0; at < limits.sourceOutageMs - 20 * minute; at += minute) {
      await kit.clock.advance(minute);
      codes.add(codeOf(await fetch()));
    }
    assert.deepEqual([...codes], ['SOURCE_HELD']);
    assert.ok(source.asked - asked < 20, `${source.asked - asked} probes`);
    await kit.clock.advance(20 * minute);
    // The probe that is due, then one that finds it left alone again.
    await fetch();
    const told = await fetch();
    assert.ok(!told.ok && told.error.code === 'SOURCE_UNAVAILABLE');
    assert.match(told.error.message, /has not answered since 2001-01-01T00:00:00/);
    assert.equal(guard.report()[0]?.limit, limits.sourceConcurrencyInitial);
  });

  it('names the source without what may be secret', async () => {
    const { guard, fetch } = subject();
    await fetch();
    assert.deepEqual(
      guard.report().map(({ name }) => name),
      ['https://shop.example.org'],
    );
  });

  it('lets another source go on', async () => {
    const shopped = subject();
    await failOften(shopped);
    shopped.source.answer = async () => succeed(files);
    assert.equal(codeOf(await shopped.fetch(shop({}, 'other.example.org'))), 'ok');
  });

  it('does not take bad data, nor somebody who gave up, for a source that fails', async () => {
    const { source, fetch, guard } = subject();
    source.answer = async () => fail(failure('SOURCE_UNREADABLE', 'no Parquet'));
    for (let call = 0; call < 20; call += 1) assert.equal(codeOf(await fetch()), 'SOURCE_UNREADABLE');
    source.answer = () => new Promise(() => undefined);
    for (let call = 0; call < 20; call += 1) {
      const giveUp = new AbortController();
      const pending = fetch(shop(), { signal: giveUp.signal });
      await Promise.resolve();
      giveUp.abort();
      void pending;
    }
    assert.equal(guard.report()[0]?.state, 'closed');
  });

  it('leaves a provider behind that ignores its time-out', async () => {
    const { kit, source, fetch, guard } = subject();
    source.answer = () => new Promise(() => undefined);
    const pending = fetch(shop(), { timeoutMs: 10_000 });
    await kit.clock.advance(10_000 + limits.killGraceMs);
    assert.equal(codeOf(await pending), 'TASK_TIMEOUT');
    assert.equal(guard.report()[0]?.running, 0);
  });

  it('takes the time-out of a task, which comes as an abort, for a source that hangs', async () => {
    const { kit, source, fetch, guard } = subject();
    source.answer = () => new Promise(() => undefined);
    for (let call = 0; call < limits.breakerCallsMin; call += 1) {
      const task = new AbortController();
      const pending = fetch(shop(), { signal: task.signal });
      await kit.clock.advance(0);
      task.abort(new FailureError(failure('TASK_TIMEOUT', 'too late')));
      await kit.clock.advance(limits.killGraceMs);
      await pending;
    }
    assert.equal(guard.report()[0]?.state, 'open');
  });

  it('ends a fetch during which nothing arrives, but not one during which something does', async () => {
    const { kit, source, fetch } = subject();
    const gate = Promise.withResolvers<Outcome<FilesScan>>();
    source.answer = () => gate.promise;
    const slow = fetch();
    for (let look = 0; look < 40; look += 1) {
      source.arrived += 1;
      await kit.clock.advance(limits.sourceSilenceMs / 4);
    }
    gate.resolve(succeed(files));
    assert.equal(codeOf(await slow), 'ok');
    source.answer = () => new Promise(() => undefined);
    const silent = fetch();
    await kit.clock.advance(limits.sourceSilenceMs + 2 * limits.sourceSilenceLookMs + limits.killGraceMs);
    assert.equal(codeOf(await silent), 'SOURCE_UNAVAILABLE');
  });

  it('leaves a source alone for as long as it asks', async () => {
    const { kit, source, fetch } = subject();
    source.answer = async () => fail(failure('SOURCE_UNAVAILABLE', '429', { retryAfterMs: 90_000 }));
    await fetch();
    const held = await fetch();
    assert.ok(!held.ok && held.error.code === 'SOURCE_HELD' && held.error.retryAfterMs === 90_000);
    await kit.clock.advance(90_000);
    source.answer = async () => succeed(files);
    assert.equal(codeOf(await fetch()), 'ok');
  });

  it('holds back what is beyond the limit of the dataset that allows least', async () => {
    const { kit, source, fetch } = subject();
    const gate = Promise.withResolvers<Outcome<FilesScan>>();
    source.answer = () => gate.promise;
    const first = fetch(shop({ sourceConcurrencyMax: 1 }));
    await kit.clock.advance(0);
    assert.equal(codeOf(await fetch()), 'SOURCE_HELD');
    gate.resolve(succeed(files));
    assert.equal(codeOf(await first), 'ok');
  });

  it('asks nothing for a dataset whose budget of the day is spent, until the next day in UTC', async () => {
    const { kit, source, fetch } = subject();
    const thrifty = shop({ sourceBytesPerDay: 1_000 });
    source.arrived = 600;
    assert.equal(codeOf(await fetch(thrifty)), 'ok');
    assert.equal(codeOf(await fetch(thrifty)), 'ok');
    await kit.clock.advance(6 * 60 * minute);
    const held = await fetch(thrifty);
    assert.ok(!held.ok && held.error.code === 'SOURCE_HELD');
    assert.match(held.error.message, /1\.2 KiB of 1000 B today/);
    assert.equal(held.error.retryAfterMs, day - 6 * 60 * minute);
    assert.equal(codeOf(await fetch()), 'ok', 'a dataset without a budget');
    await kit.clock.advance(held.error.retryAfterMs);
    assert.equal(codeOf(await fetch(thrifty)), 'ok');
  });

  it('counts the minutes of all calls against a budget of minutes', async () => {
    const { kit, source, fetch } = subject();
    const thrifty = shop({ sourceMinutesPerDay: 1 });
    const gate = Promise.withResolvers<Outcome<FilesScan>>();
    source.answer = () => gate.promise;
    const first = fetch(thrifty);
    await kit.clock.advance(minute);
    gate.resolve(succeed(files));
    assert.equal(codeOf(await first), 'ok');
    await kit.clock.advance(limits.sourceUseLookMs);
    assert.equal(codeOf(await fetch(thrifty)), 'SOURCE_HELD');
  });

  it('does not guard what lies on the machine itself', async () => {
    const { guard, source, fetch } = subject();
    source.answer = async () => fail(down);
    for (let call = 0; call < 20; call += 1)
      assert.equal(codeOf(await fetch(defineFiles('/x', { kind: 'file' }))), down.code);
    assert.deepEqual(guard.report(), []);
  });
});
