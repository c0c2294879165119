import { stripVTControlCharacters } from 'node:util';
import type { CliIo } from '../../src/cli/io.ts';

/** A `CliIo` that keeps what was written. `text` and `errors` are without colours. */
export function capturedIo(options: Partial<Pick<CliIo, 'isTty' | 'columns' | 'color'>> = {}): CliIo & {
  readonly outputs: string[];
  readonly complaints: string[];
  text(): string;
  errors(): string;
} {
  const outputs: string[] = [];
  const complaints: string[] = [];
  return {
    isTty: false,
    columns: 100,
    color: false,
    ...options,
    outputs,
    complaints,
    out: (text) => void outputs.push(text),
    err: (text) => void complaints.push(text),
    text: () => stripVTControlCharacters(outputs.join('')),
    errors: () => stripVTControlCharacters(complaints.join('')),
  };
}
