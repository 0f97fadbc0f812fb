/** Everything below `/v1/me` that is the user's own. */
import type { Actions } from '../engine/action.js';
import { addressActions } from './me/addresses.js';
import { credentialActions } from './me/credentials.js';
import { externalAccountActions } from './me/external-accounts.js';
import { profileActions } from './me/profile.js';
import { ownSessionActions } from './me/sessions.js';

export const meActions: Actions = {
  ...profileActions,
  ...addressActions,
  ...credentialActions,
  ...externalAccountActions,
  ...ownSessionActions,
};
