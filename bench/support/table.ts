// Figures as a table in plain text: what was measured on the left, numbers aligned on the right.

import type { Row } from './figure';

export function table(heads: readonly string[], rows: readonly Row[]): string {
  const lines = [
    ['', ...heads, 'goal', ''],
    ...rows.map(({ what, cells, goal }) => [
      what,
      ...cells,
      goal?.wanted ?? '',
      goal ? (goal.isMet ? 'met' : 'NOT MET') : '',
    ]),
  ];
  const widths = [...heads, '', '', ''].map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  const isText = (column: number): boolean => column === 0 || column === widths.length - 1;
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return isText(column) ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
