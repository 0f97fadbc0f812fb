/** The frame around every page of the instance: one card on a quiet ground, no script, nothing loaded from anywhere. */
import { createHash } from 'node:crypto';
import type { LocalResponse } from '../../http/messages.js';
import { html, Markup, type Markup as MarkupType } from './html.js';
import { STYLE } from './style.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Nothing may run or load; only our own style sheet and icon apply. `form-action` is left out on purpose: browsers apply it to
 * the redirects after a form too, and those lead to the application.
 */
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

/** The mark of the page, as an icon: a browser would ask for `/favicon.ico` otherwise. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 38 38"><rect width="38" height="38" rx="11" fill="#5b4ce2"/>' +
    '<rect x="12" y="10.5" width="14" height="16" rx="5" fill="none" stroke="#fff" stroke-width="3"/></svg>',
)}`;

export interface PageOptions {
  readonly title: string;
  readonly subtitle?: string | Markup;
  readonly body: MarkupType;
  readonly status?: number;
  readonly cookies?: readonly string[];
}

export function page({ title, subtitle, body, status = 200, cookies = [] }: PageOptions): LocalResponse {
  const lead = subtitle === undefined ? null : html`<p class="lead">${subtitle}</p>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${ICON}" />
        ${new Markup(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main class="card">
          <header>
            <div class="mark" aria-hidden="true"></div>
            <h1>${title}</h1>
            ${lead}
          </header>
          ${body}
        </main>
        <footer>Local instance <span aria-hidden="true">&middot;</span> nothing leaves this machine</footer>
      </body>
    </html>`;
  const headers = [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'same-origin'],
    ...cookies.map((cookie) => ['Set-Cookie', cookie] as const),
  ] as const;
  return { status, headers, body: document.text };
}

/**
 * A page that says what is wrong, and leads on.
 *
 * @param base where the pages of the instance begin, for a browser
 */
export function problem(status: number, title: string, message: string, base = ''): LocalResponse {
  const body = html`<a class="button quiet" href="${base}/sign-in">Choose a user</a>`;
  return page({ status, title, subtitle: message, body });
}
