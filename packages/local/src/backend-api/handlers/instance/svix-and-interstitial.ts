/** Svix links, and the page that browsers saw while scripts loaded. */
import { refusal } from '../../../model/records/refusals.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { Handlers } from '../../engine/operation.js';

const svixUrl = (state: InstanceState) => ({ svix_url: `${state.frontendApiUrl}/__bailiff/webhooks` });

function requireSvixApp(state: InstanceState): string {
  const [app] = state.table('svix_apps').rows();
  if (!app) throw refusal('svix_app_missing');
  return app.id;
}

export const svixHandlers: Handlers = {
  CreateSvixApp: (_call, state) => {
    const table = state.table('svix_apps');
    if (table.size > 0) throw refusal('svix_app_exists');
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
