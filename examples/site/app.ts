/** A site rendered on the server: a public page, a page for signed-in users, and a form. */
import { clerkMiddleware, getAuth, requireAuth, type ClerkMiddlewareOptions } from 'bailiff/hono';
import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { accountPage, homePage } from './pages.js';

export interface SiteOptions {
  readonly clerk?: ClerkMiddlewareOptions;
  /** Where users sign out: Clerk's Account Portal, or the offline instance. */
  readonly accountsUrl?: string | null;
}

export function createSite({ clerk = {}, accountsUrl = null }: SiteOptions = {}) {
  const site = new Hono();
  // Browsers send cookies with forms of other sites too: only our own pages may change something.
  site.use(csrf(), clerkMiddleware(clerk));

  // For everyone, but it knows who is there.
  site.get('/', (c) => {
    const auth = getAuth(c);
    return c.html(homePage(auth.isAuthenticated ? auth : null));
  });

  // `redirect`: a visitor who is signed out goes to the sign-in page, and comes back here afterwards.
  site.get('/account', requireAuth({ redirect: true }), (c) => {
    const back = encodeURIComponent(new URL('/', c.req.url).href);
    return c.html(accountPage(c.var.auth, accountsUrl && `${accountsUrl}/sign-out?redirect_url=${back}`));
  });

  // Not a page load: signed out is 401 here.
  site.post('/favourites', requireAuth(), (c) => c.redirect('/account', 303));
  return site;
}
