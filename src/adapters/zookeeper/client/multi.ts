import { unreachable } from '../../../base/assert.ts';
import { type JuteReader, MalformedFrame } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import { createFlags, opcodes } from './protocol.ts';
import { type Acl, openAcl, readStat, type Stat, writeAcl } from './records.ts';

/** What a node to be created is: ones with a time to live vanish when they have no children and were not changed for it. */
export type CreateMode =
  | 'persistent'
  | 'ephemeral'
  | 'persistent_sequential'
  | 'ephemeral_sequential'
  | 'container'
  | { readonly ttlMs: number; readonly sequential?: boolean };

export type CreateOptions = {
  readonly data?: Uint8Array;
  /** By default `persistent`. */
  readonly mode?: CreateMode;
  /** By default everybody may do everything. */
  readonly acl?: readonly Acl[];
};

/**
 * One step of a multi. `version` is the version that the node must have, and 0 is a version like any other; left out,
 * any version will do (a `check` then asks only that the node exists).
 */
export type MultiStep =
  | ({ readonly kind: 'create'; readonly path: string } & CreateOptions)
  | { readonly kind: 'delete'; readonly path: string; readonly version?: number }
  | { readonly kind: 'set'; readonly path: string; readonly data: Uint8Array; readonly version?: number }
  | { readonly kind: 'check'; readonly path: string; readonly version?: number };

/** What one step of a multi that was applied did. Of a created node the server tells the path alone. */
export type MultiResult =
  | { readonly kind: 'created'; readonly path: string }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'set'; readonly stat: Stat }
  | { readonly kind: 'checked' };

/** All steps applied, or the first step that failed and its code: then none was. */
export type MultiAnswer =
  | { readonly applied: true; readonly results: readonly MultiResult[] }
  | { readonly applied: false; readonly index: number; readonly code: number };

/** The version that stands for any on the wire. Never by `||`: version 0 is what every new node has. */
export function wireVersion(version: number | undefined): number {
  return version ?? -1;
}

/** The opcode that creates a node of this mode and answers with its stat. */
export function createOpcode(mode: CreateMode = 'persistent'): number {
  if (typeof mode !== 'string') return opcodes.createTtl;
  return mode === 'container' ? opcodes.createContainer : opcodes.create2;
}

export function isSequential(mode: CreateMode = 'persistent'): boolean {
  return typeof mode === 'string' ? mode.endsWith('_sequential') : mode.sequential === true;
}

export function writeCreate(writer: JuteWriter, path: string, options: CreateOptions): void {
  const { data = Buffer.alloc(0), mode = 'persistent', acl = openAcl } = options;
  writer.string(path);
  writer.bytes(data);
  writer.vector(acl, (entry) => writeAcl(writer, entry));
  if (typeof mode === 'string') {
    writer.int(createFlags[mode]);
    return;
  }
  writer.int(mode.sequential === true ? createFlags.persistent_sequential_ttl : createFlags.persistent_ttl);
  writer.long(BigInt(mode.ttlMs));
}

/** Writes the steps. `pathOf` makes the server's path of each. */
export function writeMulti(
  writer: JuteWriter,
  steps: readonly MultiStep[],
  pathOf: (path: string) => string,
): void {
  for (const step of steps) {
    writeHeader(writer, opcodeOf(step), false);
    writeStep(writer, step, pathOf(step.path));
  }
  writeHeader(writer, -1, true);
}

function writeHeader(writer: JuteWriter, opcode: number, done: boolean): void {
  writer.int(opcode);
  writer.boolean(done);
  writer.int(-1);
}

function opcodeOf(step: MultiStep): number {
  switch (step.kind) {
    case 'create': {
      // Within a multi the server knows no `create2`: it answers as to `create`.
      const opcode = createOpcode(step.mode);
      return opcode === opcodes.create2 ? opcodes.create : opcode;
    }
    case 'delete':
      return opcodes.delete;
    case 'set':
      return opcodes.setData;
    case 'check':
      return opcodes.check;
    default:
      return unreachable(step);
  }
}

function writeStep(writer: JuteWriter, step: MultiStep, path: string): void {
  if (step.kind === 'create') {
    writeCreate(writer, path, step);
    return;
  }
  writer.string(path);
  if (step.kind === 'set') writer.bytes(step.data);
  writer.int(wireVersion(step.version));
}

const errorType = -1;

/**
 * Reads the answer. In one that failed, steps before the failing one have code 0 (they were undone), those behind it
 * `RUNTIME_INCONSISTENCY`: the first code that is not 0 names the step to blame.
 */
export function readMulti(reader: JuteReader): MultiAnswer {
  const results: MultiResult[] = [];
  let failed: { readonly index: number; readonly code: number } | undefined;
  for (let index = 0; ; index += 1) {
    const type = reader.int();
    const done = reader.boolean();
    reader.int();
    if (done) break;
    if (type === errorType) {
      const code = reader.int();
      if (code !== 0) failed ??= { index, code };
    } else {
      results.push(readResult(reader, type));
    }
  }
  if (failed === undefined) return { applied: true, results };
  if (results.length > 0) throw new MalformedFrame('a multi that failed, with results');
  return { applied: false, ...failed };
}

function readResult(reader: JuteReader, type: number): MultiResult {
  switch (type) {
    case opcodes.create:
      return { kind: 'created', path: reader.string() };
    case opcodes.create2: {
      const path = reader.string();
      readStat(reader);
      return { kind: 'created', path };
    }
    case opcodes.delete:
      return { kind: 'deleted' };
    case opcodes.setData:
      return { kind: 'set', stat: readStat(reader) };
    case opcodes.check:
      return { kind: 'checked' };
    default:
      throw new MalformedFrame(`a result of type ${type} in a multi`);
  }
}
