import { renderMessage } from '../../core/notifications/rendering.ts';
import type { Delivery } from '../../ports/channel.ts';

/** Teams takes 28 KB: what is said has at most 6,000 characters, of at most three bytes each. */
const bounds = { titleMax: 500, lineMax: 300, linesMax: 3_500 };

/**
 * The body for a workflow of Microsoft Teams: a message with an adaptive card. Text of datasets stands in text runs, in
 * which Markdown means nothing, so that it can neither mention people nor make links.
 * https://adaptivecards.io/explorer/RichTextBlock.html
 */
export function teamsBody({ id, message }: Pick<Delivery, 'id' | 'message'>, publicUrl?: string): unknown {
  const { mark, title, lines, notes, link } = renderMessage(message, bounds, publicUrl);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: `${mark}: ${title}`,
    body: [
      text({ weight: 'Bolder', size: 'Medium', text: `${mark}: ${title}` }),
      ...lines.map((line) => text({ text: `• ${line}` })),
      ...notes.map((note) => text({ isSubtle: true, text: note })),
      // The same in each try: Teams has no key of its own by which a repetition could be told.
      text({ isSubtle: true, size: 'Small', text: id.slice(0, 300) }),
    ],
    ...(link === undefined
      ? {}
      : { actions: [{ type: 'Action.OpenUrl', title: 'Open in Assay', url: link }] }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function text(run: Readonly<Record<string, string | boolean>>): unknown {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', ...run }] };
}
