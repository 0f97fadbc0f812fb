/** The browser's client, and the environment. */
import { environmentOf } from '../../model/instance/environment.js';
import { clientOf } from '../../model/sessions/browsers.js';
import { signOut } from '../../model/sessions/client-sessions.js';
import type { Action, ActionCall, Actions } from '../engine/action.js';
import { viewClient } from '../views/client.js';

const environment: Action = ({ state }) => environmentOf(state);

const shown = (call: ActionCall) => {
  // Here, and not with the environment, which is asked for at the same time: two answers would make two browsers.
  const { client } = call.browser();
  return client === null ? null : viewClient(call, client);
};

const ensured: Action = (call) => viewClient(call, clientOf(call.state, call.browser()));

const signOutOfAll: Action = (call) => {
  const client = call.known()?.client;
  if (client) signOut(call.state, client);
  return shown(call);
};

export const clientActions: Actions = {
  getEnvironment: environment,
  updateEnvironment: environment,
  getClient: shown,
  putClient: ensured,
  postClient: ensured,
  deleteClientSessions: signOutOfAll,
  removeClientSessionsAndRetainCookie: signOutOfAll,
};
