import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogLevel } from '../../../src/adapters/system/log.ts';

function collect(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, fields: { role: 'test' }, stream: { write: (line) => lines.push(line) } });
  return { log, lines, events: () => lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

test('an event is one JSON line with level, time, message and fields', () => {
  const { log, events } = collect();
  log.with({ job: 'j1' }).warn('task died', { attempt: 2 });
  const [event] = events();
  assert.match(String(event?.['time']), /^\d{4}-\d\d-\d\dT/);
  delete event?.['time'];
  assert.deepEqual(event, { level: 'warn', role: 'test', job: 'j1', attempt: 2, message: 'task died' });
});

test('a field that every line has already is written once', () => {
  const { log, lines } = collect();
  log.with({ cluster: 'quality', role: 'test' }).with({ cluster: 'quality' }).info('event', { role: 'test' });
  assert.equal(lines.join('').match(/"(?:role|cluster)"/g)?.length, 2);
});

test('events below the level are not written', () => {
  const { log, lines } = collect('warn');
  log.debug('a');
  log.info('b');
  log.error('c');
  assert.equal(lines.length, 1);
});

test('values under names of secrets and passwords in URLs are masked at any depth', () => {
  const { log, lines } = collect();
  log.with({ apiKey: 'hidden1' }).info('event', {
    password: 'hidden2',
    nested: { list: [{ Authorization: 'Bearer hidden3' }], url: 'postgres://user:hidden4@host/db' },
    error: new Error('connect to mysql://u:hidden5@h failed', { cause: new Error('http://a:hidden6@b') }),
    map: new Map([['token', 'hidden7']]),
  });
  assert.doesNotMatch(lines.join(''), /hidden/);
  assert.match(lines.join(''), /postgres:\/\/user:\[masked\]@host\/db/);
});

test('an error is written with its message and causes', () => {
  const { log, events } = collect();
  log.error('failed', { error: new Error('outer', { cause: new Error('inner') }) });
  const error = events()[0]?.['error'];
  assert.ok(typeof error === 'object' && error !== null && 'message' in error && 'cause' in error);
  assert.equal(error.message, 'outer');
  assert.match(JSON.stringify(error.cause), /inner/);
});

test('no value makes a call fail, and none is written without bound', () => {
  const { log, lines, events } = collect();
  const circular: Record<string, unknown> = {
    big: 2n ** 80n,
    call: () => 1,
    symbol: Symbol('s'),
    date: new Date(Number.NaN),
  };
  circular['self'] = circular;
  Object.defineProperty(circular, 'trap', {
    enumerable: true,
    get: () => {
      throw new Error('trap');
    },
  });
  log.info('event', {
    circular,
    bytes: new Uint8Array(10),
    text: 'x'.repeat(1e6),
    many: Array.from({ length: 1e4 }, () => 1),
  });
  assert.equal(events().length, 1);
  assert.ok((lines[0] ?? '').length < 20_000);
});
