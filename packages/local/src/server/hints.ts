/**
 * Front ends that are set up in a way that cannot work. Clerk's packages say nothing then, or look as if nobody were signed in; the instance
 * sees it from what they ask.
 */
import { knownBrowser } from '../frontend-api/browser-of-request.js';
import { createCall } from '../frontend-api/frontend-call.js';
import { missingPackage } from '../frontend-api/package-files.js';
import type { LocalRequest } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';

/** A mistake in the set-up of a front end, with its remedy. */
export interface Hint {
  /**
   * `host-name`: the page is on another host name than the instance. `https`: the page asks the instance by https, as it does without a
   * `proxyUrl`. `package`: a package that the page loads is not installed, or in another major version.
   */
  readonly code: 'host-name' | 'https' | 'package';
  readonly message: string;
}

export interface Hints {
  /** Looks at a request to the Frontend API. */
  look(state: InstanceState, request: LocalRequest): void;
  /** A client began to speak TLS, which this server does not. */
  readonly sawTls: () => void;
}

/** Pages of strangers can cause hints, too: an endless number of them would be noise. */
const MOST = 20;
const RECIPES = 'https://github.com/bailiff-auth/bailiff/blob/main/docs/full-stack.md';

const TLS = `Something asks this instance by https, which it does not speak. A front end does so when <ClerkProvider> has no proxyUrl: set proxyUrl="/__clerk". \
With the address of the instance as proxyUrl it loads its scripts so: say where they are, or bundle them. ${RECIPES}`;

/** @param tell gets each hint once */
export function createHints(tell: (hint: Hint) => void): Hints {
  const told = new Set<string>();
  const say = (code: Hint['code'], message: string | null): void => {
    if (message === null || told.has(message) || told.size >= MOST) return;
    told.add(message);
    tell({ code, message });
  };
  return {
    look(state, request) {
      say('package', missingPackage(request.path));
      say('host-name', otherHostName(state, request));
    },
    sawTls: () => {
      say('https', TLS);
    },
  };
}

/**
 * By the request for the client, the first one that needs a cookie: browsers keep none that is `SameSite=Lax` for the requests of another
 * site's pages. A browser that is known all the same carries its identity in the URL.
 */
function otherHostName(state: InstanceState, request: LocalRequest): string | null {
  const { path, query, headers } = request;
  const page = headers['origin'];
  if (path !== '/v1/client' || !query.has('_clerk_js_version')) return null;
  // A `Host` of loopback may have a port that is none.
  if (page === undefined || !URL.canParse(page) || !URL.canParse(request.origin)) return null;
  if (!isOtherSite(request, page) || knownBrowser(createCall(state, request, {})) !== null) return null;
  const remedy = new URL(page);
  remedy.hostname = new URL(request.origin).hostname;
  return `A page at ${new URL(page).origin} asks the instance at ${request.origin}. Browsers keep no cookies between two host names, so nobody stays signed in. \
Open the page at ${remedy.origin}, or set proxyUrl="/__clerk" and let the page's own server pass it on. ${RECIPES}`;
}

/** Browsers say it themselves; for those that do not, the names are compared. A proxy on the page's host may have put its own name there. */
function isOtherSite({ headers, origin }: LocalRequest, page: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'cross-site';
  return headers['clerk-proxy-url'] === undefined && new URL(page).hostname !== new URL(origin).hostname;
}
