/**
 * Sections of bench/RESULTS.md that a command of their own writes. Each stands between two marks, and everything else in the file stays as
 * it is; `npm run bench`, which writes the rest, takes them over.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../RESULTS.md', import.meta.url);

const marks = (/** @type {string} */ name) =>
  /** @type {const} */ ([`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]);

/**
 * The section with its marks.
 * @param {string} name
 * @param {string} [text] of the file
 */
export function readSection(name, text = readFileSync(FILE, 'utf8')) {
  const [begin, end] = marks(name);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/RESULTS.md has no section "${name}".`);
  return text.slice(from, to + end.length);
}

/**
 * Prints a section, and with the argument `--write` puts it into bench/RESULTS.md.
 * @param {string} name
 * @param {string} markdown
 */
export function publishSection(name, markdown) {
  console.log(markdown);
  if (!process.argv.includes('--write')) return;
  const text = readFileSync(FILE, 'utf8');
  const [begin, end] = marks(name);
  writeFileSync(
    FILE,
    text.replace(readSection(name, text), () => `${begin}\n\n${markdown.trim()}\n\n${end}`),
  );
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly (string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

export const verdict = (/** @type {boolean} */ ok) => (ok ? 'met' : '**not met**');
