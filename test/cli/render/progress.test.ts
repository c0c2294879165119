import assert from 'node:assert/strict';
import { test } from 'node:test';
import { second } from '../../../src/base/units.ts';
import { ProgressLine, renderProgress } from '../../../src/cli/render/progress.ts';
import { textWidth } from '../../../src/cli/render/text-width.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const half = { label: 'measuring', done: 50, total: 100, rate: 12.345, etaMs: 4_000, note: '2001-01-31' };

test('shows bar, share, count, rate and time to go in one line', () => {
  assert.equal(
    renderProgress({ ...half, width: 120, color: false }),
    'measuring ████████████░░░░░░░░░░░░  50 %  50/100  12.3/s  4.0 s to go  2001-01-31',
  );
});

test('leaves the bar out when the line is too narrow, and never exceeds the width', () => {
  const line = renderProgress({ ...half, width: 40, color: false });
  assert.doesNotMatch(line, /█/);
  assert.ok(textWidth(line) <= 40);
});

test('never shows 100 % before the end', () => {
  assert.match(renderProgress({ label: 'x', done: 999, total: 1_000, width: 100, color: false }), /99 %/);
});

test('counts without a share while the total is not known', () => {
  assert.equal(renderProgress({ label: 'rows', done: 1_200, width: 80, color: false }), 'rows 1,200');
});

test('shows the share alone where counts mean nothing', () => {
  const line = renderProgress({
    label: 'x',
    done: 0.456,
    total: 1,
    shareOnly: true,
    width: 100,
    color: false,
  });
  assert.match(line, /^x [█▉▊▋▌▍▎▏░]{24} +45 %$/);
});

test('redraws in place on a terminal, not at every update, and leaves no trace', async () => {
  const clock = createFakeClock();
  const io = capturedIo({ isTty: true });
  const line = new ProgressLine(io, clock);
  line.update(half);
  line.update(half);
  assert.equal(io.complaints.length, 1);
  await clock.advance(100);
  line.update(half);
  assert.equal(io.complaints.length, 2);
  line.clear();
  line.clear();
  assert.equal(io.complaints.length, 3);
  assert.ok(io.complaints.every((text) => text.startsWith('\r') && !text.includes('\n')));
  assert.equal(io.outputs.length, 0);
});

test('prints a line every five seconds at most without a terminal, and none for short work', async () => {
  const clock = createFakeClock();
  const io = capturedIo();
  const line = new ProgressLine(io, clock);
  line.update(half);
  assert.equal(io.complaints.length, 0);
  for (let step = 0; step < 11; step++) {
    await clock.advance(second);
    line.update(half);
  }
  assert.equal(io.complaints.length, 2);
  assert.ok(io.complaints.every((text) => text.endsWith('\n')));
});
