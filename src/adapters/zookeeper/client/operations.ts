import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import {
  type CreateOptions,
  createOpcode,
  type MultiAnswer,
  type MultiStep,
  readMulti,
  wireVersion,
  writeCreate,
  writeMulti,
} from './multi.ts';
import type { Operation } from './operation.ts';
import { opcodes } from './protocol.ts';
import { type Acl, type Identity, readAcl, readIdentity, readStat, type Stat, writeAcl } from './records.ts';

/** Every operation of the client, by the paths that the server sees. */
export const operations = {
  create: (
    path: string,
    options: CreateOptions,
  ): Operation<{ readonly path: string; readonly stat: Stat }> => ({
    opcode: createOpcode(options.mode),
    title: `create ${path}`,
    changes: true,
    write: (writer) => writeCreate(writer, path, options),
    read: (reader) => ({ path: reader.string(), stat: readStat(reader) }),
  }),

  remove: (path: string, version: number | undefined): Operation<void> => ({
    opcode: opcodes.delete,
    title: `remove ${path}`,
    changes: true,
    write: (writer) => writePathAndVersion(writer, path, version),
    read: () => {},
  }),

  exists: (path: string, watch: boolean): Operation<Stat> => ({
    ...reading(opcodes.exists, 'exists', path),
    write: (writer) => writePathAndWatch(writer, path, watch),
    read: readStat,
  }),

  get: (path: string, watch: boolean): Operation<{ readonly data: Buffer; readonly stat: Stat }> => ({
    ...reading(opcodes.getData, 'get', path),
    write: (writer) => writePathAndWatch(writer, path, watch),
    read: (reader) => ({ data: reader.bytes(), stat: readStat(reader) }),
  }),

  set: (path: string, data: Uint8Array, version: number | undefined): Operation<Stat> => ({
    opcode: opcodes.setData,
    title: `set ${path}`,
    changes: true,
    write: (writer) => {
      writer.string(path);
      writer.bytes(data);
      writer.int(wireVersion(version));
    },
    read: readStat,
  }),

  getAcl: (path: string): Operation<{ readonly acl: readonly Acl[]; readonly stat: Stat }> => ({
    ...reading(opcodes.getAcl, 'get the access control list of', path),
    read: (reader) => ({ acl: reader.vector(readAcl), stat: readStat(reader) }),
  }),

  setAcl: (path: string, acl: readonly Acl[], version: number | undefined): Operation<Stat> => ({
    opcode: opcodes.setAcl,
    title: `set the access control list of ${path}`,
    changes: true,
    write: (writer) => {
      writer.string(path);
      writer.vector(acl, (entry) => writeAcl(writer, entry));
      writer.int(wireVersion(version));
    },
    read: readStat,
  }),

  children: (
    path: string,
    watch: boolean,
  ): Operation<{ readonly names: readonly string[]; readonly stat: Stat }> => ({
    ...reading(opcodes.getChildren2, 'list the children of', path),
    write: (writer) => writePathAndWatch(writer, path, watch),
    read: (reader) => ({ names: reader.vector(readName), stat: readStat(reader) }),
  }),

  sync: (path: string): Operation<void> => ({ ...reading(opcodes.sync, 'sync', path), read: () => {} }),

  multi: (steps: readonly MultiStep[], pathOf: (path: string) => string): Operation<MultiAnswer> => ({
    opcode: opcodes.multi,
    title: `multi of ${steps.length}`,
    changes: true,
    write: (writer) => writeMulti(writer, steps, pathOf),
    read: readMulti,
  }),

  addWatch: (path: string, recursive: boolean): Operation<void> => ({
    ...reading(opcodes.addWatch, 'watch', path),
    write: (writer) => {
      writer.string(path);
      writer.int(recursive ? 1 : 0);
    },
    read: () => {},
  }),

  removeWatches: (path: string): Operation<void> => ({
    ...reading(opcodes.removeWatches, 'stop watching', path),
    write: (writer) => {
      writer.string(path);
      writer.int(anyWatch);
    },
    read: () => {},
  }),

  allChildrenNumber: (path: string): Operation<number> => ({
    ...reading(opcodes.getAllChildrenNumber, 'count what is below', path),
    read: (reader) => reader.int(),
  }),

  ephemerals: (prefix: string): Operation<readonly string[]> => ({
    ...reading(opcodes.getEphemerals, 'list ephemeral nodes below', prefix),
    read: (reader) => reader.vector(readName),
  }),

  whoAmI: (): Operation<readonly Identity[]> => ({
    opcode: opcodes.whoAmI,
    title: 'who am I',
    changes: false,
    write: () => {},
    read: (reader) => reader.vector(readIdentity),
  }),
} as const;

const anyWatch = 3;

/** What is common to operations that change nothing and ask for a path. */
function reading(
  opcode: number,
  verb: string,
  path: string,
): {
  readonly opcode: number;
  readonly title: string;
  readonly changes: false;
  readonly write: (writer: JuteWriter) => void;
} {
  return { opcode, title: `${verb} ${path}`, changes: false, write: (writer) => writer.string(path) };
}

function writePathAndVersion(writer: JuteWriter, path: string, version: number | undefined): void {
  writer.string(path);
  writer.int(wireVersion(version));
}

function writePathAndWatch(writer: JuteWriter, path: string, watch: boolean): void {
  writer.string(path);
  writer.boolean(watch);
}

function readName(reader: JuteReader): string {
  return reader.string();
}
