/** Rows of text under a heading, aligned, with a rule between groups. */
import { styleText } from 'node:util';

type Colour = 'green' | 'red' | 'dim' | 'bold';
const paint = (colour: Colour, text: string): string => (process.stdout.isTTY ? styleText(colour, text) : text);

export interface TableRow {
  readonly cells: readonly string[];
  readonly good: boolean;
  /** Rows with different groups have a rule between them. */
  readonly group: string;
}

export function formatTable(heading: readonly string[], rows: readonly TableRow[]): string {
  const all = [heading, ...rows.map((row) => row.cells)];
  const widths = heading.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  const rule = paint('dim', '─'.repeat(widths.reduce((sum, width) => sum + width + 3, 1)));
  const lines = [paint('bold', `    ${line(heading)}`)];
  let group: string | undefined;
  for (const row of rows) {
    if (row.group !== group) lines.push(rule);
    group = row.group;
    const mark = row.good ? paint('green', '  ✓ ') : paint('red', '  ✗ ');
    lines.push(mark + (row.good ? line(row.cells) : paint('red', line(row.cells))));
  }
  return [...lines, rule].join('\n');
}
