import { FailureError, failure } from '../../base/errors.ts';
import { type Decoder, distinct, mapped, oneOf, text } from '../../core/datasets/decode/decoder.ts';
import { defaulted, object, optional, required } from '../../core/datasets/decode/object.ts';
import { type DefinitionIssue, formatPath, Place } from '../../core/datasets/decode/place.ts';
import type { GivenCommands, GivenProcess } from '../../ports/given-cluster.ts';
import { parseYaml } from '../../services/registry/yaml-document.ts';
import { type Session, valueOf } from '../command-set.ts';
import { readTextFile } from '../text-files.ts';

/** The processes of a given cluster and what can be done to them, as an operator wrote it down. */
export type ProcessesFile = {
  readonly processes: readonly GivenProcess[];
  readonly commands: GivenCommands;
};

/** Nothing is known of the processes, and nothing can be done to them. */
export const noProcesses: ProcessesFile = { processes: [], commands: {} };

/** Reads the file that `--processes` names: `YAML_INVALID`, or `REQUEST_INVALID` with everything that is wrong with it. */
export async function readProcessesFile(session: Session, file: string): Promise<ProcessesFile> {
  const { value } = valueOf(parseYaml(await readTextFile(session, file), file));
  const issues: DefinitionIssue[] = [];
  const decoded = processesFile(value, Place.top(issues));
  if (decoded !== undefined && issues.length === 0) return decoded;
  const wrong = issues.map(({ path, message }) => `${formatPath(path)}: ${message}`);
  throw new FailureError(failure('REQUEST_INVALID', wrong.join('\n'), { where: file }));
}

const roles = ['zookeeper', 'postgres', 'manager', 'node', 'api', 'scheduler'] as const;

const name = text({ charactersMax: 100 });

const process: Decoder<GivenProcess> = mapped(
  object({
    name: required(name),
    role: required(oneOf(roles)),
    cluster: optional(oneOf(['ingestion', 'quality'])),
    zone: defaulted(name, 'local'),
    url: optional(text({ charactersMax: 2_000 })),
  }),
  (given, place) => {
    const isMember = given.role === 'manager' || given.role === 'node';
    if (isMember === (given.cluster === undefined)) {
      return place.at('cluster').report(isMember ? 'is missing' : 'is for managers and nodes only');
    }
    const needsUrl = given.role !== 'zookeeper' && given.role !== 'postgres';
    if (!needsUrl || given.url !== undefined) return given;
    return place
      .at('url')
      .report('is missing: where the process answers /readyz, such as http://10.0.0.4:7421');
  },
);

const command = optional(text({ charactersMax: 10_000 }));

const processesFile: Decoder<ProcessesFile> = object({
  processes: required(
    distinct(process, { keysOf: (one) => [one?.name ?? ''], what: 'process', filled: true }),
  ),
  commands: required(
    object({
      kill: command,
      stop: command,
      start: command,
      pause: command,
      resume: command,
      replace: command,
    }),
  ),
});
