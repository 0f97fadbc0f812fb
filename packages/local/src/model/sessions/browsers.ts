/** Browsers: the secret that identifies one, and its client once a user has signed in. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, DevBrowserRow } from '../../state/rows.js';

export interface Browser {
  /** The secret that stands for the browser; in development it is the dev browser token too. */
  readonly token: string;
  /** Null until a user signs in with this browser. */
  readonly client: ClientRow | null;
}

/** Browsers without a client that are kept: a program that keeps no cookies is a new browser with each handshake. */
const MAX_ANONYMOUS_BROWSERS = 1000;

export function browserWith(state: InstanceState, token: string): Browser | null {
  const row = state.table('dev_browsers').get(token);
  return row === undefined ? null : browserOf(state, row);
}

export function newBrowser(state: InstanceState): Browser {
  // From the stream of secrets, which a reset does not turn back: an old cookie never means a new browser.
  const id = `dvb_${state.secret(40)}`;
  const now = state.now();
  const table = state.table('dev_browsers');
  const anonymous = table.by('client_id', null);
  if (anonymous[0] !== undefined && anonymous.length >= MAX_ANONYMOUS_BROWSERS) table.delete(anonymous[0].id);
  return browserOf(state, table.insert({ id, client_id: null, created_at: now, updated_at: now }));
}

/** The client of a browser, made when it is first needed. */
export function clientOf(state: InstanceState, browser: Browser): ClientRow {
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

function browserOf(state: InstanceState, row: DevBrowserRow): Browser {
  return { token: row.id, client: state.table('clients').get(row.client_id) ?? null };
}
