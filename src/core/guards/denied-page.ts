/** The refusal as a page, for a person at a browser. Loaded with the first one, because most applications never send it. */
import type { Denial } from '../../types.js';
import { withHidden } from './challenge.js';

/** Fixed words: nothing of the request and nothing of the route's rules stands on the page. */
const FORBIDDEN = [
  'You may not open this page',
  'You are signed in, but your account does not have access. Another account or organization may have it.',
] as const;
const REVERIFICATION = [
  'Please verify that it is you',
  'This page asks for a sign-in that is more recent, or for a second factor.',
] as const;

/** The page's own policy stands in the page: a header would replace that of the application. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const STYLE =
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}body{max-width:34rem;margin:15vh auto;padding:0 1rem}';

/** A copy of the denial that is sent as a page; all else stays as it was. */
export function asPage(denial: Denial): Denial {
  const [title, text] = denial.case === 'reverification' ? REVERIFICATION : FORBIDDEN;
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`;
  return Object.freeze(withHidden(withHidden({ ...denial }, 'missing', denial.missing), 'page', page));
}
