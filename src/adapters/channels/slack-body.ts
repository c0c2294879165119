import { renderMessage } from '../../core/notifications/rendering.ts';
import type { Delivery } from '../../ports/channel.ts';

/** Escaped, a character may become five; a block's text ends at 3,000. */
const bounds = { titleMax: 500, lineMax: 300, linesMax: 2_000 };
const blockCharactersMax = 3_000;

/**
 * The body for an incoming webhook of Slack: blocks, and `text` for notifications and screen readers. Text of datasets is
 * escaped and `verbatim`, so that it can neither mention people nor make links.
 * https://docs.slack.dev/reference/block-kit/blocks/section-block
 */
export function slackBody({ id, message }: Pick<Delivery, 'id' | 'message'>, publicUrl?: string): unknown {
  const { mark, title, lines, notes, link } = renderMessage(message, bounds, publicUrl);
  const more = link === undefined ? [] : [`<${escaped(link)}|Open in Assay>`];
  // The link first: what is too long loses its end.
  const context = [...more, ...notes.map(escaped)].join('\n');
  return {
    text: cut(escaped(`${mark}: ${title}`)),
    blocks: [
      section(`*${escaped(mark)}*: ${escaped(title)}`),
      ...(lines.length === 0 ? [] : [section(lines.map((line) => `• ${escaped(line)}`).join('\n'))]),
      ...(context === '' ? [] : [section(context)]),
      // The same in each try: Slack has no key of its own by which a repetition could be told.
      { type: 'context', elements: [{ type: 'plain_text', text: cut(id), emoji: false }] },
    ],
  };
}

function section(text: string): unknown {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text), verbatim: true } };
}

/** Slack's three control characters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Ends before half of an entity. */
function cut(text: string): string {
  if (text.length <= blockCharactersMax) return text;
  return `${text.slice(0, blockCharactersMax - 1).replace(/(&[a-z]{0,3}|[\uD800-\uDBFF])$/, '')}…`;
}
