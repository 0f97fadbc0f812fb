/** Tokens that social providers gave for users; seeds make them. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ProviderTokenRow } from '../../state/rows.js';
import { defineResource } from '../records/resource.js';
import { bareProvider } from '../users/user-records.js';

export const providerTokens = defineResource('user_oauth_tokens', {
  object: 'oauth_access_token',
  idPrefix: 'idt',
  component: 'OAuthAccessToken',
});

export function providerTokensOf(state: InstanceState, userId: string, provider: string): ProviderTokenRow[] {
  const rows = state.table('user_oauth_tokens').by('user_id', userId);
  return rows.filter((row) => bareProvider(row.provider) === bareProvider(provider));
}
