import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventText, type StreamEvent } from '../../web/src/live/event-text.ts';

const stream = [
  'event: ready\ndata: {}\n\n',
  ': still here\n\n',
  'id: 41\n\n',
  'event: job.changed\r\ndata: {"dataset":"a: b"}\r\n\r\n',
  'data: one\ndata: two\n\nid: 42\n\n',
].join('');

const whole: readonly StreamEvent[] = [
  { name: 'ready', data: '{}' },
  { name: 'job.changed', data: '{"dataset":"a: b"}' },
  { name: '', data: 'one\ntwo' },
];

describe('a stream of events', () => {
  it('means the same wherever it is cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(stream.length)), (cuts) => {
        const text = new EventText();
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const events = places.slice(1).flatMap((end, at) => [...text.push(stream.slice(places[at], end))]);
        assert.deepEqual(events, whole);
        assert.equal(text.lastId, '42');
      }),
    );
  });

  it('goes on at its last id when it breaks, without the half of an event', () => {
    const text = new EventText();
    text.push('id: 7\n\nevent: job.changed\ndata: {"da');
    text.begin();
    assert.deepEqual(text.push('event: ready\ndata: {}\n\n'), [{ name: 'ready', data: '{}' }]);
    assert.equal(text.lastId, '7');
  });
});
