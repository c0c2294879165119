import { createHash } from 'node:crypto';
import type { Message } from '../../core/notifications/message.ts';
import { renderMessage } from '../../core/notifications/rendering.ts';
import type { Delivery } from '../../ports/channel.ts';

const bounds = { titleMax: 200, lineMax: 1_000, linesMax: 20_000 };

/** An e-mail, as plain data. */
export type Mail = {
  readonly messageId: string;
  /** The message ids of its incidents: mail programs show what has one of them in common as one conversation. */
  readonly references: readonly string[];
  readonly date: Date;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/**
 * The e-mail of a message. Its `Message-ID` follows from the idempotency key, so that a repeated delivery is the same
 * e-mail, and `References` from its incidents, so that all about one incident is one conversation.
 */
export function mailOf(
  { id, message }: Pick<Delivery, 'id' | 'message'>,
  { publicUrl, domain }: { readonly publicUrl: string | undefined; readonly domain: string },
): Mail {
  const { mark, title, lines, notes, link } = renderMessage(message, bounds, publicUrl);
  const text = [
    `${mark}: ${title}`,
    ...(lines.length === 0 ? [] : ['', ...lines.map((line) => `- ${line}`)]),
    '',
    ...notes,
    ...(link === undefined ? [] : ['', link]),
  ];
  return {
    messageId: messageIdOf(id, domain),
    references: incidentsOf(message)
      .filter(({ event }) => event !== undefined)
      .slice(0, 10)
      .map((incident) => messageIdOf(`incident ${incident.id}`, domain)),
    date: new Date(message.at),
    subject: `[Assay] ${mark}: ${title}`,
    text: `${text.join('\n')}\n`,
    html: htmlOf({ mark, title, lines, notes, link }),
  };
}

function incidentsOf(message: Delivery['message']): Message['incidents'] {
  return message.kind === 'operator_error' ? [] : message.incidents;
}

/** Keys hold texts of any kind; a message id holds a few characters (RFC 5322, 3.6.4). */
function messageIdOf(key: string, domain: string): string {
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${domain}>`;
}

function htmlOf(parts: {
  readonly mark: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly link: string | undefined;
}): string {
  const { mark, title, lines, notes, link } = parts;
  const items = lines.map((line) => `<li>${escaped(line)}</li>`).join('');
  return [
    `<p><b>${escaped(mark)}</b>: ${escaped(title)}</p>`,
    items === '' ? '' : `<ul>${items}</ul>`,
    `<p>${notes.map(escaped).join('<br>')}</p>`,
    link === undefined ? '' : `<p><a href="${escaped(link)}">Open in Assay</a></p>`,
  ].join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
