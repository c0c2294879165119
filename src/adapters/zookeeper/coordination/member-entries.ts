import type { NodeId } from '../../../base/ids.ts';
import type { EndedTask, NodeDescription, NodeReport } from '../../../core/membership/node.ts';
import {
  asArray,
  asFailure,
  asObject,
  asText,
  checkNumbers,
  checkTexts,
  type Json,
  MalformedEntry,
  readEntry,
  writeEntry,
} from './entry.ts';

/** The entry of a member. */
export function writeNode(node: NodeDescription): Buffer {
  return writeEntry({ node: JSON.stringify(node) });
}

/** Reads the entry of the member `id`; throws `MalformedEntry`. */
export function readNode(data: Buffer, id: string): NodeDescription {
  const node = asObject(readEntry(data)['node'], 'node');
  checkTexts(node, ['id', 'host', 'version', 'region', 'zone']);
  checkNumbers(node, ['slots', 'memoryMb', 'startedAt']);
  for (const kind of asArray(node['kinds'] ?? [], 'kinds')) asText(kind, 'a kind of task');
  if (node['id'] !== id) throw new MalformedEntry('it speaks of another node');
  return node as NodeDescription;
}

/** The entry of a report. */
export function writeReport(report: NodeReport): Buffer {
  return writeEntry({ report: JSON.stringify(report) });
}

/** Reads the report of the node `id`; throws `MalformedEntry`. Ends of kinds that this release does not know are left out. */
export function readReport(data: Buffer, id: string): NodeReport {
  const report = asObject(readEntry(data)['report'], 'report');
  if (report['node'] !== id) throw new MalformedEntry('it speaks of another node');
  checkNumbers(report, ['at', 'cpu', 'memoryUsedMb']);
  if (report['own'] !== undefined) checkOwnLoad(asObject(report['own'], 'own'));
  for (const source of asArray(report['sources'] ?? [], 'sources')) checkSource(asObject(source, 'a source'));
  for (const running of asArray(report['running'], 'running')) checkTold(asObject(running, 'a running task'));
  const ended = asArray(report['ended'], 'ended').flatMap(readEnded);
  return { ...(report as NodeReport), ended };
}

function checkOwnLoad(own: Json): void {
  checkNumbers(own, ['cpu', 'readBytesPerSecond', 'writtenBytesPerSecond', 'loopDelayMs']);
}

function checkSource(source: Json): void {
  checkTexts(source, ['name', 'state']);
  checkNumbers(source, ['limit', 'ceiling', 'running']);
}

function checkTold(told: Json): void {
  checkTexts(told, ['task']);
  checkNumbers(told, ['attempt', 'assignedAt']);
}

/** Nothing for an end of a kind that this release does not know. */
function readEnded(value: unknown): readonly EndedTask[] {
  const ended = asObject(value, 'an ended task');
  checkTold(ended);
  const end = asObject(ended['end'], 'an end');
  switch (end['kind']) {
    case 'committed':
      return [ended as EndedTask];
    case 'released':
      if (end['afterMs'] !== undefined) checkNumbers(end, ['afterMs']);
      if (end['failure'] === undefined) return [ended as EndedTask];
      return [{ ...ended, end: { ...end, failure: asFailure(end['failure']) } } as EndedTask];
    case 'failed':
    case 'died':
      return [{ ...ended, end: { ...end, failure: asFailure(end['failure']) } } as EndedTask];
    default:
      return [];
  }
}

/** What a contender says of itself. */
export type Contender = { readonly id: NodeId; readonly version: string };

/** The entry of a contender. */
export function writeContender(contender: Contender): Buffer {
  return writeEntry({ contender: JSON.stringify(contender) });
}

/** Reads the entry of a contender; throws `MalformedEntry`. */
export function readContender(data: Buffer): Contender {
  const contender = asObject(readEntry(data)['contender'], 'contender');
  checkTexts(contender, ['id', 'version']);
  return contender as Contender;
}
