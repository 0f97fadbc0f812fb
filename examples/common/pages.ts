/** The two pages that both examples serve: a public one, and one for signed-in users. */

export interface Visitor {
  readonly userId: string;
  readonly orgId: string | null;
  readonly orgRole: string | null;
  readonly orgPermissions: readonly string[] | null;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

const STYLE = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent) }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem }
  code { white-space: nowrap; padding: .1rem .35rem; border-radius: 6px; background: color-mix(in srgb, currentColor 8%, transparent) }
  h1 { font-size: 1.6rem; margin: 0 0 .5rem } p { margin: 0 0 1.5rem; opacity: .75 }
  dl { display: grid; grid-template-columns: 8rem 1fr; border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; gap: .5rem 1rem }
  dt { opacity: .6 } dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere }
  nav { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
  a { padding: .5rem 1rem; border-radius: 8px; border: 1px solid var(--line); text-decoration: none; color: inherit }
  a.first { background: #6c47ff; border-color: #6c47ff; color: #fff }`;

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>${body}</body></html>`;
}

/** For everyone. */
export function homePage(framework: string): string {
  return page(
    `Acorn Books on ${framework}`,
    `<h1>Acorn Books on ${framework}</h1><p>This page is for everyone. The dashboard is for signed-in users.</p>
     <nav><a class="first" href="/dashboard" id="sign-in">Go to the dashboard</a></nav>`,
  );
}

/** @param accountsUrl where the pages of the account are (the offline instance serves them); null: no links to them */
export function dashboardPage(framework: string, visitor: Visitor, here: string, accountsUrl: string | null): string {
  const rows = {
    User: visitor.userId,
    Organization: visitor.orgId ?? 'none: the personal account',
    Role: visitor.orgRole ?? 'none',
    Permissions: visitor.orgPermissions?.join(', ') || 'none',
  };
  const back = `?${new URLSearchParams({ redirect_url: here }).toString()}`;
  const links =
    accountsUrl === null
      ? ''
      : `<a class="first" id="account" href="${escape(`${accountsUrl}/user${back}`)}">Switch organization</a>
         <a id="sign-out" href="${escape(`${accountsUrl}/sign-out${back}`)}">Sign out</a>`;
  return page(
    `Dashboard on ${framework}`,
    `<h1>Dashboard on ${framework}</h1><p>Rendered on the server, behind <code>requireAuth({ redirect: true })</code>.</p>
     <dl>${Object.entries(rows)
       .map(([name, value]) => `<dt>${name}</dt><dd id="${name.toLowerCase()}">${escape(value)}</dd>`)
       .join('')}</dl><nav>${links}<a href="/">Home</a></nav>`,
  );
}
