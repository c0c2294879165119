import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { zooKeeperJar } from './zookeeper-server.ts';

/** Programs of others that a cluster consists of. */
export type Programs = {
  /** The directory of PostgreSQL's programs. */
  readonly postgres: string;
};

/** Where the programs are looked for. */
export type ProgramPlaces = {
  /** Directories of commands, as in `PATH`. */
  readonly path: string;
  readonly zooKeeperJar: string;
  /** Directories of PostgreSQL's programs, the best first. */
  readonly postgres: readonly string[];
};

/** Where Debian and Ubuntu put them; of PostgreSQL the newest version first, 15 being the oldest that will do. */
export function usualPlaces(): ProgramPlaces {
  return {
    path: process.env['PATH'] ?? '',
    zooKeeperJar,
    postgres: [18, 17, 16, 15].map((major) => `/usr/lib/postgresql/${major}/bin`),
  };
}

/** Finds all programs, or says how to install those that are missing: `PROGRAM_MISSING`. */
export function findPrograms(places: ProgramPlaces = usualPlaces()): Outcome<Programs> {
  const postgres = places.postgres.find((directory) => existsSync(join(directory, 'postgres')));
  const missing = [
    ...(hasCommand('setpriv', places.path) ? [] : [['setpriv', 'util-linux']]),
    ...(hasCommand('java', places.path) ? [] : [['java', 'default-jre-headless']]),
    ...(existsSync(places.zooKeeperJar) ? [] : [[places.zooKeeperJar, 'libzookeeper-java']]),
    ...(postgres === undefined ? [['a PostgreSQL server of version 15 or newer', 'postgresql']] : []),
  ];
  if (missing.length === 0 && postgres !== undefined) return succeed({ postgres });
  const [names, packages] = [0, 1].map((part) => missing.map((pair) => pair[part]));
  return fail(
    failure('PROGRAM_MISSING', `a cluster on this machine needs ${names?.join(', ')}`, {
      hint: `apt-get install --no-install-recommends ${packages?.join(' ')}`,
    }),
  );
}

function hasCommand(name: string, path: string): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
