import { reportStyle } from './report-style.ts';

/** Text as HTML: names and values come from people's data, and data may be hostile. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page that needs nothing beside itself: no script, no font, no picture from elsewhere. `body` is HTML, `style` more CSS. */
export function htmlPage(of: {
  readonly title: string;
  readonly body: string;
  readonly style?: string;
}): string {
  const { title, body, style = '' } = of;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A table with headings; cells are HTML. `caption` names it for those who can not see it. */
export function htmlTable(table: {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): string {
  const head = table.columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const rows = table.rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<div class="scroll"><table><caption class="unseen">${escapeHtml(table.caption)}</caption>
<thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

/** A number for SVG: two decimals are finer than any screen. */
export function svgNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}
