/** Small things: Svix links, the interstitial page, tokens of social providers. */
import type { InstanceState } from '../../../state/instance-state.js';
import { find, list, defineResource } from '../../../model/records/resource.js';
import type { Handlers } from '../../engine/operation.js';
import { wrongState } from '../../../model/records/refusals.js';
import { users } from '../../../model/users/user-records.js';

/** Tokens that social providers gave for users; seeds make them. */
export const providerTokens = defineResource({
  table: 'user_oauth_tokens',
  object: 'oauth_access_token',
  idPrefix: 'idt',
  component: 'OAuthAccessToken',
});

const SVIX = 'svix_apps';

const svixUrl = (state: InstanceState) => ({ svix_url: `${state.frontendApiUrl}/__bailiff/webhooks` });

function requireSvixApp(state: InstanceState): string {
  const [app] = [...state.table(SVIX).all()];
  if (!app) throw wrongState('svix_app_missing', 'The instance has no Svix app.');
  return app.id;
}

const bare = (provider: unknown): string => String(provider).replace(/^oauth_/, '');

export const miscellaneousHandlers: Handlers = {
  CreateSvixApp: (_call, state) => {
    if (state.table(SVIX).size > 0) throw wrongState('svix_app_exists', 'The instance has a Svix app already.');
    state.table(SVIX).insert({ id: state.id('app') });
    return svixUrl(state);
  },
  DeleteSvixApp: (_call, state) => void state.table(SVIX).delete(requireSvixApp(state)),
  GenerateSvixAuthURL: (_call, state) => {
    requireSvixApp(state);
    return svixUrl(state);
  },
  GetPublicInterstitial: () =>
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local instance</title></head><body></body></html>',
  GetOAuthAccessToken: (call, state) => {
    const user = find(state, users, call.params['user_id'] ?? '');
    const provider = bare(call.params['provider']);
    const rows = state.table(providerTokens.table).by('user_id', user.id);
    return list(state, providerTokens, call.query, { rows: rows.filter((row) => bare(row['provider']) === provider) });
  },
};
