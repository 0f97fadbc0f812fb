/** Sessions, their refresh, and the tokens that make one. */
import { made, post, twice, user, type Provocation, type Refused, type Scene } from './scene.js';

export const SESSIONS: readonly Provocation[] = [
  [
    'a session of a banned user',
    403,
    'user_banned',
    async ({ call, ids }) => {
      await call('POST', `${user(ids)}/ban`);
      return call('POST', '/sessions', { user_id: ids['user_id'] });
    },
  ],
  ['a session token that is none', 400, 'invalid_session_token', post('/clients/verify', { token: 'x.y.z' })],
  [
    'a sign-in token revoked twice',
    400,
    'sign_in_token_cannot_be_revoked_code',
    twice('POST', async (scene) => `${await made(scene, '/sign_in_tokens', { user_id: scene.ids['user_id'] })}/revoke`),
  ],
  [
    'an actor token revoked twice',
    400,
    'actor_token_cannot_be_revoked_code',
    twice(
      'POST',
      async (scene) =>
        `${await made(scene, '/actor_tokens', { user_id: scene.ids['user_id'], actor: { sub: 'user_x' } })}/revoke`,
    ),
  ],
];

/** A refresh of a session that is there, with one thing wrong. */
const refresh =
  (wrong: (scene: Scene, sessionId: string) => Promise<{ body?: object; path?: string }>): Refused =>
  async (scene) => {
    const { clerk, call } = scene;
    const { session, cookies } = await clerk.signIn(scene.ids['user_id']);
    const [, token] = Object.entries(cookies).find(([name]) => name.startsWith('__refresh_')) ?? [];
    const good = {
      expired_token: await clerk.createSessionToken({
        sessionId: session.id,
        expiresInSeconds: -60,
        azp: 'https://app.test',
      }),
      refresh_token: token,
      request_origin: 'https://app.test',
    };
    const { body, path } = await wrong(scene, session.id);
    return call('POST', path ?? `/sessions/${session.id}/refresh`, { ...good, ...body });
  };
const expired =
  (claims: Readonly<Record<string, unknown>>): Refused =>
  (scene) =>
    refresh(async (_, sessionId) => ({
      body: { expired_token: await scene.clerk.createSessionToken({ sessionId, expiresInSeconds: -60, claims }) },
    }))(scene);
const ofAnother = async ({ clerk }: Scene) => clerk.signIn('user_another');

export const REFRESHES: readonly Provocation[] = [
  [
    'an origin that is none',
    401,
    'refresh_request_origin_invalid',
    refresh(async () => ({ body: { request_origin: 'app.test' } })),
  ],
  [
    'a token that is none',
    401,
    'expired_session_token_invalid',
    refresh(async () => ({ body: { expired_token: 'x.y.z' } })),
  ],
  [
    'a machine\u2019s token',
    401,
    'expired_session_token_invalid',
    refresh(async ({ clerk }) => ({ body: { expired_token: (await clerk.createM2MToken({ format: 'jwt' })).token } })),
  ],
  ['a token without sid', 401, 'expired_session_token_missing_sid', expired({ sid: null })],
  ['a token without iat', 401, 'session_refresh_expired_session_token_missing_iat', expired({ iat: null })],
  [
    'a token without azp, of a session that has one',
    401,
    'expired_session_token_missing_azp',
    async (scene) => {
      const { clerk, call } = scene;
      const minted = await clerk.createSessionToken({ userId: 'user_azp', azp: 'https://app.test' });
      const { sid } = JSON.parse(Buffer.from(minted.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
      clerk.state.table('refresh_tokens').insert({ id: 'refresh_azp', session_id: sid, created_at: clerk.now() });
      return call('POST', `/sessions/${sid}/refresh`, {
        expired_token: await clerk.createSessionToken({ sessionId: sid, claims: { azp: undefined } }),
        refresh_token: 'refresh_azp',
        request_origin: 'https://app.test',
      });
    },
  ],
  [
    'a token of another origin',
    401,
    'refresh_request_origin_azp_mismatch',
    refresh(async () => ({ body: { request_origin: 'https://other.test' } })),
  ],
  [
    'a session that is not there',
    401,
    'session_refresh_session_not_found',
    refresh(async () => ({ path: '/sessions/sess_x/refresh' })),
  ],
  [
    'a token of another session',
    401,
    'refresh_sid_mismatch',
    refresh(async (scene) => ({ path: `/sessions/${(await ofAnother(scene)).session.id}/refresh` })),
  ],
  ['a user who is not there', 401, 'session_refresh_user_not_found', expired({ sub: 'user_nobody' })],
  [
    'a refresh token that is not there',
    401,
    'refresh_token_not_found',
    refresh(async () => ({ body: { refresh_token: 'x' } })),
  ],
  [
    'a refresh token of another session',
    401,
    'refresh_sid_mismatch',
    refresh(async (scene) => {
      const { cookies } = await ofAnother(scene);
      return { body: { refresh_token: Object.entries(cookies).find(([name]) => name.startsWith('__refresh_'))?.[1] } };
    }),
  ],
  [
    'a session that has ended',
    401,
    'session_refresh_inactive_session',
    refresh(async ({ call }, id) => (await call('POST', `/sessions/${id}/revoke`), {})),
  ],
];
