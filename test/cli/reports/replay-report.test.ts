import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textWidth } from '../../../src/cli/render/text-width.ts';
import { replayHtml } from '../../../src/cli/reports/replay/replay-html.ts';
import { replayText } from '../../../src/cli/reports/replay/replay-text.ts';
import { replayViewOf } from '../../support/replay-view.ts';

const hostile = `</style><script src="https://evil.example/x.js"></script>\u001b[2J" onload='x' <img>`;

describe('the replay in a terminal', () => {
  it('fits into its width and tells every status without colour', () => {
    for (const width of [40, 80, 132]) {
      const text = replayText(replayViewOf(), { width, color: false });
      assert.ok(
        text.split('\n').every((line) => textWidth(line) <= width),
        `${width}:\n${text}`,
      );
      assert.ok(!text.includes('\u001b'));
    }
    const text = replayText(replayViewOf(), { width: 80, color: false });
    assert.match(text, /^flights: strict\.yaml over 40 partitions, 2001-01-01 to 2001-02-09\n/);
    assert.match(text, /2001-01 {2}-------·{23}✗\n/);
    assert.match(text, /- learning {3}· pass {3}✗ fail/);
    assert.match(text, /1 incident \(1 alarm\) in 33 judged partitions and 7 without enough history/);
    assert.match(text, /1 alarm would\s+vanish, 0 would be new, 1 stay/);
    assert.match(text, /delay\.avg {2}░ expected/);
    assert.match(text, /Not measured yet.*\n {2}custom_sql\(delay\): no value of it is stored/);
  });

  it('lets no control character of the data through', () => {
    assert.ok(!replayText(replayViewOf(hostile), { width: 120, color: false }).includes('\u001b'));
  });
});

describe('the replay as a page', () => {
  it('needs nothing beside itself, and names its pictures', () => {
    const html = replayHtml(replayViewOf());
    assert.match(html, /^<!doctype html>\n<html lang="en">/);
    assert.doesNotMatch(html, /(?:src|href)=|url\(|@import|<script/);
    const pictures = [...html.matchAll(/<svg [^>]*>/g)].map(([tag]) => tag);
    assert.ok(pictures.length > 3);
    for (const tag of pictures) assert.match(tag, /role="img" aria-label="[^"]+"|aria-hidden="true"/);
    assert.match(html, /aria-label="2001-01: 31 partitions, 2001-01-31 fail"/);
    assert.match(html, /<title>2001-01-31: 90, expected 9–21 \(fail\)<\/title>/);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
  });

  it('shows names from the data as text, never as markup', () => {
    const html = replayHtml(replayViewOf(hostile));
    assert.doesNotMatch(html, /<script|<img|onload='/);
    assert.equal([...html.matchAll(/<\/style>/g)].length, 1);
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, end, name = '', rest = ''] of replayHtml(replayViewOf()).matchAll(
      /<(\/?)([a-z][a-z0-9]*)([^>]*)>/gi,
    )) {
      if (/^(?:meta|br)$/.test(name) || rest.endsWith('/')) continue;
      if (end === '') open.push(name);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  });
});
