import { createTheme, type MantineColorsTuple } from '@mantine/core';

const lagoon: MantineColorsTuple = [
  '#e6fafd',
  '#d3f0f5',
  '#a7dfe9',
  '#78cddd',
  '#52bed2',
  '#3ab4cc',
  '#2aafc9',
  '#1899b1',
  '#047d92',
  '#00687b',
];

/** Colours, type and shapes of the page. */
export const theme = createTheme({
  primaryColor: 'lagoon',
  primaryShade: { light: 9, dark: 8 },
  autoContrast: true,
  colors: { lagoon },
  defaultRadius: 'md',
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
});
