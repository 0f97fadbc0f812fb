/** All operations' handlers, joined. One resource a file. */
import type { Handlers } from './operation.js';
import { apiKeysHandlers } from './resources/api-keys.js';
import { jwksHandlers } from './resources/jwks.js';
import { m2mTokensHandlers } from './resources/m2m-tokens.js';
import { machinesHandlers } from './resources/machines.js';
import { oauthAccessTokensHandlers } from './resources/oauth-access-tokens.js';
import { sessionsHandlers } from './resources/sessions.js';

export const handlers: Handlers = {
  ...apiKeysHandlers,
  ...jwksHandlers,
  ...m2mTokensHandlers,
  ...machinesHandlers,
  ...oauthAccessTokensHandlers,
  ...sessionsHandlers,
};
