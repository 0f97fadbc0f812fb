/** HTML, rendered on the server. `html` of Hono escapes whatever is put into it. */
import { html } from 'hono/html';

type Markup = ReturnType<typeof html>;

export interface Visitor {
  readonly userId: string;
  readonly orgSlug: string | null;
  readonly orgRole: string | null;
}

const layout = (title: string, body: Markup): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          :root {
            color-scheme: light dark;
          }
          body {
            font:
              16px/1.6 system-ui,
              sans-serif;
            max-width: 34rem;
            margin: 12vh auto;
            padding: 0 1.5rem;
          }
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`;

/** @param visitor null: nobody is signed in */
export const homePage = (visitor: Visitor | null): Markup =>
  layout(
    'Acorn Books',
    visitor === null
      ? html`<p>Good books, well kept. <a href="/account">Sign in</a></p>`
      : html`<p>Welcome back, ${visitor.userId}. <a href="/account">Your account</a></p>`,
  );

export const accountPage = (visitor: Visitor, signOutUrl: string | null): Markup =>
  layout(
    'Your account',
    html`<p>You are <b id="user">${visitor.userId}</b> (${visitor.orgRole ?? 'a private reader'}).</p>
      <form method="post" action="/favourites"><button>Keep this book</button></form>
      <p>${signOutUrl === null ? '' : html`<a href="${signOutUrl}">Sign out</a>`} <a href="/">Home</a></p>`,
  );
