/** Svix links, and the page that browsers saw while scripts loaded. */
import { wrongState } from '../../../model/records/refusals.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { Handlers } from '../../engine/operation.js';

const svixUrl = (state: InstanceState) => ({ svix_url: `${state.frontendApiUrl}/__bailiff/webhooks` });

function requireSvixApp(state: InstanceState): string {
  const [app] = state.table('svix_apps').rows();
  if (!app) throw wrongState('svix_app_missing', 'The instance has no Svix app.');
  return app.id;
}

export const svixHandlers: Handlers = {
  CreateSvixApp: (_call, state) => {
    const table = state.table('svix_apps');
    if (table.size > 0) throw wrongState('svix_app_exists', 'The instance has a Svix app already.');
    table.insert({ id: state.id('app') });
    return svixUrl(state);
  },
  DeleteSvixApp: (_call, state) => void state.table('svix_apps').delete(requireSvixApp(state)),
  GenerateSvixAuthURL: (_call, state) => {
    requireSvixApp(state);
    return svixUrl(state);
  },
  GetPublicInterstitial: () =>
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Local instance</title></head><body></body></html>',
};
