import type { Command } from 'commander';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ExplanationView } from '../../services/quality/explain.ts';
import { type CommandSet, type ExitCode, type Session, valueOf, writeJson } from '../command-set.ts';
import { renderFailedRows } from '../render/failed-rows.ts';
import { statusMark, statusStyle, styled } from '../render/style.ts';
import { visibleText } from '../render/text-width.ts';

/** `explain`. */
export function addExplainCommand(program: Command, commands: CommandSet): void {
  commands
    .service(program, 'explain', 'say why a result is what it is, and recompute it')
    .argument('<subject>', 'id of a result, or name of a dataset')
    .argument('[partition]', 'with a dataset: the partition')
    .argument('[check]', 'with a dataset: the check, such as delay.avg, or its name')
    .addHelpText(
      'after',
      `
Examples:
  assay explain flights 2001-03-04 delay.avg
  assay explain flights 2001-03-04 "mean speed"
  assay explain 4f1c… --json
Exit code: 0 when it was recomputed to the same verdict, 3 when not.`,
    )
    .action(commands.run(explain));
}

async function explain(
  session: Session,
  subject: string,
  ...[partition, check]: [string | undefined, string | undefined]
): Promise<ExitCode> {
  const view = await explanationOf(session, { subject, partition, check });
  if (session.json) writeJson(session.io, view);
  else session.io.out(explanationText(view, session.io));
  return view.recomputation.agrees ? 0 : 3;
}

function explanationText(view: ExplanationView, io: Session['io']): string {
  const { color } = io;
  const { result, explanation, recomputation } = view;
  const { dataset, partition, number } = result.revision;
  const mark = styled(`${statusMark(result.status)} ${result.status}`, statusStyle(result.status), color);
  const lines = [
    `${mark}  ${visibleText(explanation.headline)}`,
    `   ${dataset} ${partition} (revision ${number}), check ${result.check}, result ${result.id}`,
    ...explanation.sentences.map((sentence) => `   ${visibleText(sentence)}`),
    recomputation.agrees
      ? '   Computed again from its record: the same, bit for bit.'
      : styled('   Computed again from its record, it is NOT the same:', 'error', color),
    ...recomputation.differences.map((difference) => `     ${difference}`),
  ];
  const text = `${lines.join('\n')}\n`;
  if (view.failedRows === undefined) return text;
  return `${text}${renderFailedRows([view.failedRows], { width: io.columns, color: io.color, rowsMax: limits.failedRowsMax })}`;
}

async function explanationOf(
  session: Session,
  wanted: { subject: string; partition: string | undefined; check: string | undefined },
): Promise<ExplanationView> {
  const { subject, partition, check } = wanted;
  if (partition === undefined) return valueOf(await session.client.explanation(subject));
  if (check !== undefined)
    return valueOf(await session.client.explanationOf({ dataset: subject, partition, check }));
  throw new FailureError(
    failure('REQUEST_INVALID', 'to explain a result of a dataset, name the partition and the check', {
      hint: `see \`assay results ${subject} --partition ${partition}\` for the checks`,
    }),
  );
}
