/** Line charts as SVG, by hand: light and dark by the reader's own setting, readable without color by the names at the ends of the lines. */

import { escape } from './svg.mjs';

/** @typedef {{ name: string, tone: 'ours' | 'half' | 'theirs', points: readonly (readonly [x: number, y: number])[] }} Line */
/** @typedef {{ label: string, ticks: readonly (readonly [at: number, text: string])[], log?: boolean }} Axis */

const [WIDTH, HEIGHT] = [760, 330];
const FRAME = { left: 72, right: 600, top: 44, bottom: 280 };
const STYLE = `text{font:12px system-ui,sans-serif;fill:#4a5266}.title{font-size:15px;font-weight:600;fill:#1c2333}
.back{fill:#fff}.grid{stroke:#dfe3ec}.mark{stroke:#b6bdcc;stroke-dasharray:3 3}path{fill:none;stroke-width:2.2}
.ours{stroke:#1f7a4d;color:#1f7a4d}.half{stroke:#2f5fd0;color:#2f5fd0}.theirs{stroke:#b4532a;color:#b4532a}
text.ours,text.half,text.theirs{stroke:none;fill:currentColor;font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#aab3c5}.title{fill:#eef1f7}.back{fill:#14181f}.grid{stroke:#2b3240}.mark{stroke:#4b5568}
.ours{stroke:#5fd39b;color:#5fd39b}.half{stroke:#86a9ff;color:#86a9ff}.theirs{stroke:#f0a07a;color:#f0a07a}}`;

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/** @param {Axis} axis @param {number} from @param {number} to where the axis begins and ends in the picture */
function scaleOf({ ticks, log = false }, from, to) {
  const place = (/** @type {number} */ value) => (log ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const [low, high] = [place(ticks[0]?.[0] ?? 0), place(ticks.at(-1)?.[0] ?? 1)];
  return (/** @type {number} */ value) =>
    round(from + (to - from) * Math.min(Math.max((place(value) - low) / (high - low), 0), 1));
}

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {Axis} chart.x its first and last tick are its ends
 * @param {Axis} chart.y the same
 * @param {readonly Line[]} chart.lines
 * @param {readonly { at: number, label: string }[]} [chart.marks] upright lines with a word
 */
export function lineChart({ title, x, y, lines, marks = [] }) {
  const { left, right, top, bottom } = FRAME;
  const toX = scaleOf(x, left, right);
  const toY = scaleOf(y, bottom, top);
  /** Names stand beside the ends of their lines, and not on each other. */
  const ends = lines
    .map(({ name, tone, points }) => ({ name, tone, at: toY(points.at(-1)?.[1] ?? 0) + 4 }))
    .sort((a, b) => a.at - b.at);
  for (const [index, end] of ends.entries()) end.at = Math.max(end.at, (ends[index - 1]?.at ?? -Infinity) + 15);
  const parts = [
    ...y.ticks.flatMap(([at, text]) => [
      `<line class="grid" x1="${left}" x2="${right}" y1="${toY(at)}" y2="${toY(at)}"/>`,
      `<text x="${left - 8}" y="${toY(at) + 4}" text-anchor="end">${escape(text)}</text>`,
    ]),
    ...x.ticks.map(
      ([at, text]) => `<text x="${toX(at)}" y="${bottom + 18}" text-anchor="middle">${escape(text)}</text>`,
    ),
    ...marks.flatMap(({ at, label }) => [
      `<line class="mark" x1="${toX(at)}" x2="${toX(at)}" y1="${top}" y2="${bottom}"/>`,
      `<text x="${toX(at) + 3}" y="${top + 10}" style="font-size:10px">${escape(label)}</text>`,
    ]),
    ...lines.map(
      ({ tone, points }) => `<path class="${tone}" d="M${points.map(([a, b]) => `${toX(a)} ${toY(b)}`).join('L')}"/>`,
    ),
    ...ends.map(({ name, tone, at }) => `<text class="${tone}" x="${right + 8}" y="${at}">${escape(name)}</text>`),
    `<text x="${(left + right) / 2}" y="${bottom + 38}" text-anchor="middle">${escape(x.label)}</text>`,
    `<text x="16" y="${top - 8}" style="font-size:11px">${escape(y.label)}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escape(title)}">
<style>${STYLE}</style>
<rect class="back" width="100%" height="100%" rx="6"/>
<text class="title" x="16" y="22">${escape(title)}</text>
${parts.join('\n')}
</svg>
`;
}
