import { basename } from 'node:path';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { misfitMark } from './columns/text-column.ts';

/** What an error of DuckDB while it read files means to people. `files` are those that were read. */
export function readFault(thrown: unknown, files: readonly string[]): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const path = files.find((file) => message.includes(file)) ?? (files.length === 1 ? files[0] : undefined);
  const name = path === undefined ? 'the source' : basename(path);
  const first = firstLine(path === undefined ? message : message.replaceAll(path, basename(path)));
  if (isOutOfMemory(message)) {
    return failure('MEMORY_LIMIT', `reading ${name} needs more memory than the task may use`, {
      where: path,
      hint: 'give the task more memory, or cut the source into smaller partitions',
      cause: first,
    });
  }
  const why = first.includes('got non-record JSON') ? 'it holds no JSON objects' : first;
  return failure('SOURCE_UNREADABLE', `${name} can not be read: ${why}`, { where: path });
}

/** Whether rows of the source, rather than the source itself, are what stopped a reading. */
export function isRowFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof FailureError) return false;
  const { message } = thrown;
  return (
    message.includes(misfitMark) ||
    rowFaults.some((pattern) => pattern.test(message)) ||
    // The parallel reader met a line that does not fit into its buffers.
    message.includes('Parallel CSV Reader currently does not support a full read')
  );
}

const rowFaults = [
  /CSV Error on Line/,
  /CSV Parser state machine reached an invalid state/,
  /Malformed JSON in file/,
  /JSON transform error/,
  /maximum_object_size/,
  /Maximum line size/,
  // A number that is no integer that a double holds, where integers were expected.
  /Overflow in multiplication of INT64/,
  /Type DOUBLE with value .* can't be cast because the value is out of range for the destination type INT64/,
];

/** Whether DuckDB ran into its memory limit. */
export function isOutOfMemory(message: string): boolean {
  return message.startsWith('Out of Memory Error');
}

function firstLine(message: string): string {
  const line = message.split('\n').find((each) => each.trim() !== '') ?? message;
  return line
    .replace(/^(\w+ )+Error: /, '')
    .trim()
    .slice(0, 300);
}
