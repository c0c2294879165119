import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { commandOf } from '../../support/process-tree.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-child-'));
after(() => rmSync(directory, { recursive: true }));

describe('a child', () => {
  it('ends with its holder, even when that dies before the guard stands', async () => {
    // A length of sleep that nobody else asks for tells them apart.
    const seconds = `${1_000 + (process.pid % 1_000)}.${process.pid}`;
    for (let round = 0; round < 8; round += 1) {
      const holder = spawn(
        process.execPath,
        [join(import.meta.dirname, '../../support/dying-holder.ts'), directory, seconds],
        {
          stdio: 'inherit',
        },
      );
      const [, signal] = (await once(holder, 'exit')) as [number | null, NodeJS.Signals | null];
      assert.equal(signal, 'SIGKILL');
    }
    const sleeping = () =>
      readdirSync('/proc').filter(
        (pid) => /^\d+$/.test(pid) && commandOf(Number(pid)) === `sleep ${seconds}`,
      );
    await eventually('none is left', () => sleeping().length === 0, 10_000, 20);
  });
});
