/** Requests as they come, with what was asked and answered. */
import { html, type Markup, type Value } from '../../frontend-api/pages/html.js';
import type { Body, Exchange } from '../../server/exchange-log.js';
import { addressOf, card, facts, live, note, pre, tableOr, tag, time } from '../parts.js';
import type { Section } from '../section.js';

export const requests: Section = {
  path: 'requests',
  title: 'Requests',
  show: ({ exchanges }) =>
    html`<section class="card">
      ${live('requests', requestTable(exchanges.latest()))}
      ${note('The last 200 requests of both APIs. Keys, tokens, passwords and codes are cut out.')}
    </section>`,
  showOne({ exchanges }, id) {
    const found = exchanges.get(Number(id));
    return found === undefined ? null : { title: `${found.method} ${found.path}`, body: oneRequest(found) };
  },
};

export function requestTable(latest: readonly Exchange[]): Markup {
  const rows = latest.map((exchange): Value[] => [
    time(exchange.at),
    html`<a href="${addressOf('requests', String(exchange.number))}">${exchange.method} ${exchange.path}</a
      ><small>${exchange.query}</small>`,
    exchange.operation ?? '',
    statusOf(exchange),
    `${exchange.durationMs.toFixed(1)}\u00a0ms`,
  ]);
  const heads = ['At', 'Request', 'Operation', 'Status', 'Took'];
  return tableOr('No request has come yet.', 'Requests', heads, rows);
}

function statusOf({ status }: Exchange): Markup {
  if (status === null) return tag('cut', 'bad');
  return tag(String(status), status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good');
}

function oneRequest(exchange: Exchange): Markup {
  return html`${card(
      'Request',
      facts([
        ['At', time(exchange.at)],
        ['Operation', exchange.operation ?? 'none'],
        ['Status', statusOf(exchange)],
        ['Took', `${exchange.durationMs.toFixed(1)}\u00a0ms`],
        ['Query', exchange.query === '' ? 'none' : html`<code>${exchange.query}</code>`],
      ]),
    )}
    ${card('What was sent', html`${headers(exchange.requestHeaders)}${bodyOf(exchange.requestBody)}`)}
    ${card('What was answered', html`${headers(exchange.answerHeaders)}${bodyOf(exchange.answerBody)}`)}
    <p><a href="${addressOf('requests')}">All requests</a></p>`;
}

const headers = (lines: Exchange['requestHeaders']): Markup =>
  html`<details>
    <summary>Headers (${lines.length})</summary>
    ${facts(lines)}
  </details>`;

function bodyOf({ contentType, bytes, text }: Body): Markup {
  if (bytes === 0) return note('No body.');
  if (text === null) return note(`${contentType}, ${String(bytes)} bytes.`);
  const isWhole = Buffer.byteLength(text) >= bytes || text.includes('[redacted]');
  return html`${pre(indented(text))} ${isWhole ? null : note(`The beginning of ${String(bytes)} bytes.`)}`;
}

/** JSON that is whole gets lines of its own. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
