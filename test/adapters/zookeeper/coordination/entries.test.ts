import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  MalformedEntry,
  readEntry,
  writeEntry,
} from '../../../../src/adapters/zookeeper/coordination/entry.ts';
import {
  readContender,
  readNode,
  readReport,
  writeNode,
  writeReport,
} from '../../../../src/adapters/zookeeper/coordination/member-entries.ts';
import { entryName, entryPath } from '../../../../src/adapters/zookeeper/coordination/places.ts';
import {
  readHead,
  readTasks,
  readWork,
  writeHead,
  writeTasks,
  writeWork,
} from '../../../../src/adapters/zookeeper/coordination/table-entries.ts';
import { sourceName } from '../../../../src/base/ids.ts';
import { limits } from '../../../../src/base/limits.ts';
import {
  assignmentOf,
  describeNode,
  endOf,
  liveJob,
  liveTask,
  reportOf,
} from '../../../support/live-cluster.ts';

const readers: readonly ((data: Buffer) => unknown)[] = [
  (data) => readNode(data, 'n1'),
  (data) => readReport(data, 'n1'),
  readContender,
  (data) => readHead(data, 'j1'),
  readTasks,
  readWork,
];

const job = liveJob({ id: 'j1', tasks: [liveTask('ümläut/ä'), liveTask('b')] });
const assignment = { ...assignmentOf(job, liveTask('a')), epoch: 12_345_678_901_234_567n };

/** Real entries, so that random changes reach every check. */
const entries = [
  writeNode({ ...describeNode('n1'), kinds: ['ingest'] }),
  writeReport(
    reportOf('n1', {
      own: { cpu: 0, readBytesPerSecond: 0, writtenBytesPerSecond: 0, loopDelayMs: 0 },
      ended: [endOf('j1', 'a', { kind: 'failed', failure: { code: 'INTERNAL', message: 'm' } })],
    }),
  ),
  writeHead(job),
  writeTasks(job.tasks),
  writeWork([assignment]),
];

/** Puts another value at one place of a JSON value. */
function spoil(value: unknown, steps: readonly number[], other: unknown): unknown {
  const [step, ...rest] = steps;
  if (typeof value !== 'object' || value === null || step === undefined) return other;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return other;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as never)
    : { ...value };
  copy[key] = spoil((value as Record<string, unknown>)[key], rest, other);
  return copy;
}

function readOrRefuse(read: (data: Buffer) => unknown, data: Buffer): void {
  try {
    read(data);
  } catch (error) {
    assert.ok(error instanceof MalformedEntry, String(error));
  }
}

describe('entries in ZooKeeper', () => {
  it('are read as they were written', () => {
    const node = { ...describeNode('n1'), kinds: ['ingest', 'later'] };
    assert.deepEqual(readNode(writeNode(node), 'n1'), node);
    assert.deepEqual({ ...readHead(writeHead(job), 'j1'), tasks: readTasks(writeTasks(job.tasks)) }, job);
    assert.deepEqual(readWork(writeWork([assignment])), [assignment]);
  });

  it('that are random bytes are refused and nothing else happens', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(...readers), (data, read) => {
        assert.throws(() => read(Buffer.from(data)), MalformedEntry);
      }),
    );
  });

  it('that somebody has changed anywhere are read or refused, and nothing else happens', () => {
    const place = fc.array(fc.nat(20), { minLength: 1, maxLength: 8 });
    const other = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 'x', -1, 1e300, [], {}));
    fc.assert(
      fc.property(fc.constantFrom(...entries), place, other, (entry, steps, value) => {
        const spoilt = Buffer.from(JSON.stringify(spoil(JSON.parse(entry.toString()), steps, value)));
        for (const read of readers) readOrRefuse(read, spoilt);
      }),
      { numRuns: 1_000 },
    );
  });

  it('carry fields, and kinds of tasks, that this release does not know', () => {
    const [task] = job.tasks;
    assert.ok(task !== undefined);
    const later = { ...task, plan: { ...task.plan, spec: { kind: 'of tomorrow', size: 7 } }, mood: 'good' };
    const data = Buffer.from(JSON.stringify({ format: 1, tasks: [later], signature: 'x' }));
    const read = readTasks(data);
    assert.deepEqual(read, [later]);
    assert.deepEqual(readTasks(writeTasks(read)), [later]);
  });

  it('leave out ends of kinds that this release does not know, and keep the rest of the report', () => {
    const known = endOf('j1', 'a', { kind: 'committed' });
    const report = { ...reportOf('n1'), ended: [known, { ...known, end: { kind: 'evaporated' } }] };
    const read = readReport(Buffer.from(JSON.stringify({ format: 1, report })), 'n1');
    assert.deepEqual(read.ended, [known]);
  });

  it('keep a failure whose code this release does not know', () => {
    const failure = { code: 'FULL_MOON', message: 'it howled', hint: 'wait' };
    const ended = { ...endOf('j1', 'a', { kind: 'committed' }), end: { kind: 'failed', failure } };
    const report = { ...reportOf('n1'), ended: [ended] };
    const known = { ...failure, code: 'INTERNAL', message: 'FULL_MOON: it howled' };
    const read = readReport(Buffer.from(JSON.stringify({ format: 1, report })), 'n1');
    assert.deepEqual(read.ended[0]?.end, { kind: 'failed', failure: known });
    const [task] = job.tasks;
    const state = { state: 'waiting', notBefore: 1, lastFailure: failure };
    const tasks = readTasks(Buffer.from(JSON.stringify({ format: 1, tasks: [{ ...task, state }] })));
    assert.deepEqual(tasks[0]?.state, { ...state, lastFailure: known });
  });

  it('tell of sources, and of tasks that these held back', () => {
    const failure = { code: 'SOURCE_HELD', message: 'it failed too often', retryAfterMs: 5_000 } as const;
    const end = { kind: 'released', afterMs: 5_000, failure } as const;
    const source = {
      name: sourceName('s3://bucket'),
      state: 'open',
      limit: 0,
      ceiling: 64,
      running: 0,
    } as const;
    const report = { ...reportOf('n1'), sources: [source], ended: [endOf('j1', 'a', end)] };
    assert.deepEqual(readReport(writeReport(report), 'n1'), report);
    const odd = { ...report, sources: [{ ...source, limit: 'many' }] };
    const data = Buffer.from(JSON.stringify({ format: 1, report: odd }));
    assert.throws(() => readReport(data, 'n1'), MalformedEntry);
  });

  it('of another format, or of another owner, are refused', () => {
    assert.throws(() => readEntry(Buffer.from('{"format":2}')), MalformedEntry);
    assert.throws(() => readNode(writeNode(describeNode('n2')), 'n1'), MalformedEntry);
    assert.throws(() => readReport(writeReport(reportOf('n2')), 'n1'), MalformedEntry);
    assert.throws(() => readHead(writeHead(job), 'j2'), MalformedEntry);
  });

  it('are compressed when they are large, and refused when they swell beyond a limit', () => {
    const text = JSON.stringify('long '.repeat(100_000));
    const large = writeEntry({ text });
    assert.ok(large.length < limits.zooKeeperPlainEntryBytesMax);
    assert.equal(readEntry(large)['text'], JSON.parse(text));
    const bomb = gzipSync(Buffer.alloc(limits.zooKeeperEntryBytesMax + 1, ' '));
    assert.throws(() => readEntry(bomb), MalformedEntry);
  });

  it('stand at paths that give their names back, whatever characters they have', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const path = entryPath('/assay/quality/nodes', name);
        assert.equal(entryName('/assay/quality/nodes', path), name);
      }),
    );
    assert.equal(entryPath('/a', '..'), '/a/%2E%2E');
    assert.equal(entryName('/a', '/a/%'), undefined);
    assert.equal(entryName('/a', '/a/b/c'), undefined);
  });
});
