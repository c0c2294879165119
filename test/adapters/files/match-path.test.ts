import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { findFiles } from '../../../src/adapters/files/find-files.ts';
import { filePatterns } from '../../../src/core/files/file-pattern.ts';
import { literalPrefix, matchPath } from '../../../src/core/files/match-path.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-match-'));
after(() => rmSync(root, { recursive: true }));

const paths = ['a', 'b', '.h', '_t', 'k=1', '_k=2'].flatMap((first) => [
  `${first}.csv`,
  `x/${first}/a1.csv`,
  `x/y/${first}/b2.csv`,
  `${first}/${first}/x/c.csv`,
]);
for (const path of paths) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
}

const part = fc.constantFrom('*', '**', 'x', 'y', '?', '[a-b]', '{a,b}', '{x,.h}', 'k=*', '_*', 'a*', '*=*');
const last = fc.constantFrom('*.csv', '?1.csv', '{a1,c}.csv', '**', '*', '[!a]*', 'a.csv', '_t.csv');
const globs = fc
  .tuple(fc.array(part, { maxLength: 4 }), last)
  .map(([parts, end]) => [...parts, end].join('/'));

describe('globs over names alone', () => {
  it('match just what a walk through directories finds', async () => {
    await fc.assert(
      fc.asyncProperty(globs, async (glob) => {
        const patterns = filePatterns(`${root}/${glob}`);
        const walked = await findFiles(patterns, new AbortController().signal);
        const named = paths.filter((path) =>
          filePatterns(glob).some((pattern) => matchPath(pattern, path) !== undefined),
        );
        assert.deepEqual(
          // A walk leaves to others whether a name without wildcards exists.
          walked
            .map(({ path }) => path.slice(root.length + 1))
            .filter((path) => paths.includes(path))
            .toSorted(),
          named.toSorted(),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('tell what wildcards stand for as a walk does', async () => {
    for (const glob of ['*/*/*.csv', 'x/{a,b}/*.csv', '**/*1.csv', 'x/**/b?.csv', '{a,b}.csv']) {
      const walked = await findFiles(filePatterns(`${root}/${glob}`), new AbortController().signal);
      assert.ok(walked.length > 0);
      for (const { path, texts } of walked) {
        const name = path.slice(root.length + 1);
        const named = filePatterns(glob)
          .map((pattern) => matchPath(pattern, name))
          .find((found) => found !== undefined);
        assert.deepEqual(named, texts, `${glob} ${name}`);
      }
    }
  });

  it('match nothing that does not begin with their literal start', () => {
    fc.assert(
      fc.property(globs, (glob) => {
        for (const pattern of filePatterns(glob)) {
          const prefix = literalPrefix(pattern);
          for (const path of paths) {
            if (matchPath(pattern, path) !== undefined) assert.ok(path.startsWith(prefix));
          }
        }
      }),
      { numRuns: 200 },
    );
    const prefixOf = (glob: string) => filePatterns(glob).map(literalPrefix);
    assert.deepEqual(prefixOf('a/b-*.csv'), ['a/b-']);
    assert.deepEqual(prefixOf('a/**/b.csv'), ['a/']);
    assert.deepEqual(prefixOf('{a,b}/c.csv'), ['a/c.csv', 'b/c.csv']);
  });

  it('take no time that grows without bound in a hostile pattern', () => {
    const [pattern] = filePatterns(`${'**/'.repeat(60)}nothing.csv`);
    assert.ok(pattern);
    assert.equal(matchPath(pattern, `${'a/'.repeat(400)}b.csv`), undefined);
  });
});
