/** Which browser is asking: from a cookie or a development browser token to its client. */
import type { Row, InstanceState } from '../state/instance-state.js';
import type { FrontendCall } from './frontend-call.js';
import { clientCookieName, setCookie } from '../http/cookies.js';

export interface Browser {
  /** The secret that stands for the browser; in development it is the dev browser token too. */
  readonly token: string;
  /** Null until somebody signs in with this browser. */
  readonly client: Row | null;
  /** To be sent with the answer, so that the browser is known again. */
  readonly cookie: string;
}

/** Browsers that sign in on a loopback host keep their client as long as cookies may live: 400 days. */
const CLIENT_MAX_AGE = 400 * 24 * 60 * 60;
/** Of browsers that nobody signed in with: what keeps no cookies is a new one with each handshake. */
const STRANGERS_KEPT = 1000;

/**
 * The browser that asks, or null. The cookie on our own host comes first: a token in the URL could be someone else's,
 * handed to this browser in a link. It serves where cookies are blocked.
 */
export function knownBrowser(call: FrontendCall): Browser | null {
  const { state, request, cookies } = call;
  const fromCookie = cookies.get(clientCookieName(state.publishableKey));
  const fromQuery = state.instanceType === 'development' ? request.query.get('__clerk_db_jwt') : null;
  for (const token of [fromCookie, fromQuery]) {
    const row = token ? state.table('dev_browsers').get(token) : undefined;
    if (row !== undefined) return browserOf(state, row);
  }
  return null;
}

export function browserOrNew(call: FrontendCall): Browser {
  return knownBrowser(call) ?? newBrowser(call.state);
}

export function newBrowser(state: InstanceState): Browser {
  // From the stream of secrets, which a reset does not turn back: an old cookie never means a new browser.
  const id = `dvb_${state.secret(40)}`;
  const now = state.now();
  const table = state.table('dev_browsers');
  const strangers = table.by('client_id', null);
  if (strangers[0] !== undefined && strangers.length >= STRANGERS_KEPT) table.delete(strangers[0].id);
  return browserOf(state, table.insert({ id, client_id: null, created_at: now, updated_at: now }));
}

/** The client of a browser, made when it is first needed. */
export function clientOf(state: InstanceState, browser: Browser): Row {
  if (browser.client !== null) return browser.client;
  const now = state.now();
  const client = state.table('clients').insert({
    id: state.id('client'),
    object: 'client',
    sign_in_id: null,
    sign_up_id: null,
    last_active_session_id: null,
    last_authentication_strategy: null,
    created_at: now,
    updated_at: now,
  });
  state.table('dev_browsers').update(browser.token, { client_id: client.id, updated_at: now });
  return client;
}

function browserOf(state: InstanceState, row: Row): Browser {
  const clientId = row['client_id'];
  const client = typeof clientId === 'string' ? (state.table('clients').get(clientId) ?? null) : null;
  const secure = state.frontendApiUrl.startsWith('https:');
  const name = clientCookieName(state.publishableKey);
  return { token: row.id, client, cookie: setCookie(name, row.id, { maxAge: CLIENT_MAX_AGE, httpOnly: true, secure }) };
}
