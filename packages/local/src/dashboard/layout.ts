/** The frame around every page of the dashboard. Nothing is loaded from anywhere; one script and one style sheet stand in the page. */
import { createHash, randomBytes } from 'node:crypto';
import { html, Markup } from '../frontend-api/pages/html.js';
import type { LocalResponse } from '../http/messages.js';
import { addressOf } from './parts.js';
import { SCRIPT } from './script.js';
import type { Section } from './section.js';
import { STYLE } from './style.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The mark of the page, as an icon: a browser would ask for `/favicon.ico` otherwise. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 38 38"><rect width="38" height="38" rx="11" fill="#5b4ce2"/>' +
    '<rect x="12" y="10.5" width="14" height="16" rx="5" fill="none" stroke="#fff" stroke-width="3"/></svg>',
)}`;

export interface PageOptions {
  readonly sections: readonly Section[];
  /** The one that is shown. */
  readonly current: Section | undefined;
  readonly title: string;
  readonly lead: string;
  readonly body: Markup;
  readonly status?: number;
  readonly notice?: { readonly text: string; readonly kind: 'good' | 'bad' } | undefined;
  /** Whether the page can be asked for again: what a form gave cannot, and does not follow the instance. */
  readonly isLive: boolean;
}

/** Says which state a page shows: the script asks for nothing newer by it. */
export const versionOf = (body: Markup): string =>
  createHash('sha256').update(body.text).digest('base64url').slice(0, 22);

export function page(options: PageOptions): LocalResponse {
  const { sections, current, title, lead, body, status = 200, notice, isLive } = options;
  const nonce = randomBytes(16).toString('base64');
  const links = sections.map(
    (section) =>
      html`<li>
        <a
          href="${section.path === '' ? '/' : addressOf(section.path)}"
          ${section === current ? html`aria-current="page"` : null}
          >${section.title}</a
        >
      </li>`,
  );
  const said =
    notice === undefined
      ? null
      : html`<p class="notice ${notice.kind}" role="${notice.kind === 'bad' ? 'alert' : 'status'}">${notice.text}</p>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Local instance</title>
        <link rel="icon" href="${ICON}" />
        ${new Markup(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <div class="frame">
          <nav class="side" aria-label="Sections">
            <div class="brand"><span class="mark" aria-hidden="true"></span>Local instance</div>
            <ul>
              ${links}
            </ul>
          </nav>
          <main id="main" tabindex="-1" ${isLive ? html`data-version="${versionOf(body)}"` : null}>
            <h1>${title}</h1>
            <p class="lead">${lead} <span class="bad" data-told role="status"></span></p>
            ${said} ${body}
          </main>
        </div>
        ${new Markup(`<script nonce="${nonce}">${SCRIPT}</script>`)}
      </body>
    </html>`;
  return { status, headers: headersOf(nonce), body: document.text };
}

const headersOf = (nonce: string): LocalResponse['headers'] => [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Cache-Control', 'no-store'],
  [
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; script-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; ` +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'same-origin'],
];
