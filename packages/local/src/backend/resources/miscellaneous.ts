/** Small things: Svix links, the interstitial page, tokens of social providers. */
import type { World } from '../../instance-state.js';
import { find, list, defineResource } from '../crud.js';
import type { Handlers } from '../operation.js';
import { wrongState } from '../refusals.js';
import { users } from './user-resource.js';

/** Tokens that social providers gave for users; seeds make them. */
export const providerTokens = defineResource({
  table: 'user_oauth_tokens',
  object: 'oauth_access_token',
  idPrefix: 'idt',
  component: 'OAuthAccessToken',
});

const SVIX = 'svix_apps';

const svixUrl = (world: World) => ({ svix_url: `${world.frontendApiUrl}/__bailiff/webhooks` });

function requireSvixApp(world: World): string {
  const [app] = [...world.table(SVIX).all()];
  if (!app) throw wrongState('svix_app_missing', 'The instance has no Svix app.');
  return app.id;
}

const bare = (provider: unknown): string => String(provider).replace(/^oauth_/, '');

export const miscellaneousHandlers: Handlers = {
  CreateSvixApp: (_call, world) => {
    if (world.table(SVIX).size > 0) throw wrongState('svix_app_exists', 'The instance has a Svix app already.');
    world.table(SVIX).insert({ id: world.id('app') });
    return svixUrl(world);
  },
  DeleteSvixApp: (_call, world) => void world.table(SVIX).delete(requireSvixApp(world)),
  GenerateSvixAuthURL: (_call, world) => {
    requireSvixApp(world);
    return svixUrl(world);
  },
  GetPublicInterstitial: () =>
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local instance</title></head><body></body></html>',
  GetOAuthAccessToken: (call, world) => {
    const user = find(world, users, call.params['user_id'] ?? '');
    const provider = bare(call.params['provider']);
    const rows = world.table(providerTokens.table).by('user_id', user.id);
    return list(world, providerTokens, call.query, { rows: rows.filter((row) => bare(row['provider']) === provider) });
  },
};
