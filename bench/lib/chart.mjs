import { escape } from './svg.mjs';

const COLORS = { ours: '#2f6fed', theirs: '#c0c6d4', bare: '#e4e8f0' };

/**
 * @typedef {{ label: string, value: number, text: string, tone: keyof typeof COLORS }} Bar
 */

/**
 * Horizontal bars as SVG, for people who would rather look.
 * @param {readonly { heading: string, bars: readonly Bar[] }[]} groups
 * @param {{ width?: number, title: string }} options
 */
export function barChart(groups, { width = 760, title }) {
  const rowHeight = 26;
  const labelWidth = 190;
  const rows = [];
  let y = 48;
  for (const { heading, bars } of groups) {
    rows.push(`<text x="16" y="${y}" class="heading">${escape(heading)}</text>`);
    y += 12;
    const most = Math.max(...bars.map((bar) => bar.value));
    for (const bar of bars) {
      const length = Math.max(2, ((width - labelWidth - 150) * bar.value) / most);
      rows.push(
        `<text x="${labelWidth - 8}" y="${y + 16}" text-anchor="end">${escape(bar.label)}</text>`,
        `<rect x="${labelWidth}" y="${y + 3}" width="${length.toFixed(1)}" height="18" rx="3" fill="${COLORS[bar.tone]}"/>`,
        `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${y + 16}" class="value">${escape(bar.text)}</text>`,
      );
      y += rowHeight;
    }
    y += 28;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img" aria-label="${escape(title)}">
<style>text{font:13px system-ui,sans-serif;fill:#1c2333}.heading{font-weight:600}.value{fill:#5b6478}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="16" y="24" class="heading" style="font-size:15px">${escape(title)}</text>
${rows.join('\n')}
</svg>
`;
}
