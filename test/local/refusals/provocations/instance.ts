/** Settings of the instance, machines, and billing. */
import { insertPlan, insertSubscription } from '../../backend-api/seed-billing.js';
import type { Fixture } from '../../backend-api/support.js';
import { asMachine, post, twice, type Provocation } from './scene.js';

export const INSTANCE: readonly Provocation[] = [
  [
    'a reserved claim of a template',
    400,
    'jwt_template_reserved_claim',
    post('/jwt_templates', { name: 'x', claims: { sub: 'x' } }),
  ],
  ...(['opaque', 'jwt'] as const).map((format): Provocation => [
    `a reserved claim of an M2M token, ${format}`,
    400,
    'machine_token_reserved_claim',
    ({ call, ids }) => call('POST', '/m2m_tokens', { claims: { exp: 1 }, token_format: format }, asMachine(ids)),
  ]),
  [
    'a scope that is there',
    409,
    'conflict',
    async ({ call, ids }) => {
      const body = { to_machine_id: ids['other_machine_id'] };
      await call('POST', `/machines/${ids['machine_id']}/scopes`, body);
      return call('POST', `/machines/${ids['machine_id']}/scopes`, body);
    },
  ],
  [
    'one scope too many',
    403,
    'quota_exceeded',
    async ({ call, ids, clerk }) => {
      for (let n = 0; n < 150; n++)
        clerk.state.table('machine_scopes').insert({
          id: `s${n}`,
          object: 'machine_scope',
          from_machine_id: ids['machine_id'],
          to_machine_id: `m${n}`,
          created_at: 0,
        });
      return call('POST', `/machines/${ids['machine_id']}/scopes`, { to_machine_id: ids['other_machine_id'] });
    },
  ],
  [
    'the primary domain deleted',
    403,
    'operation_not_allowed_on_primary_domain',
    async ({ call }) => call('DELETE', `/domains/${String((await call('GET', '/domains')).body.data[0].id)}`),
  ],
  ['a Svix app twice', 400, 'svix_app_exists', twice('POST', () => '/webhooks/svix')],
  ['no Svix app', 400, 'svix_app_missing', post('/webhooks/svix_url')],
  [
    'a template that has no original',
    400,
    'template_revert_error',
    async ({ call }) => (
      await call('PUT', '/templates/email/mine', { name: 'x', subject: 'x', body: 'x' }),
      call('POST', '/templates/email/mine/revert')
    ),
  ],
];

const item = (ids: Fixture) => `/billing/subscription_items/${ids['subscription_item_id']}`;
const to = (ids: Fixture, from: 'from_price_id' | 'to_price_id', into: 'from_price_id' | 'to_price_id') => ({
  from_price_id: ids[from],
  to_price_id: ids[into],
});
const transition = (ids: Fixture) => `${item(ids)}/price_transition`;

export const BILLING: readonly Provocation[] = [
  [
    'an item canceled twice',
    400,
    'commerce_subscription_item_already_canceled',
    twice('DELETE', ({ ids }) => item(ids)),
  ],
  [
    'an item that has ended',
    422,
    'commerce_subscription_item_cannot_be_canceled',
    async ({ call, ids }) => (await call('DELETE', `${item(ids)}?end_now=true`), call('DELETE', item(ids))),
  ],
  [
    'a price that the item does not have',
    409,
    'out_of_date_price',
    post(transition, (ids: Fixture) => to(ids, 'to_price_id', 'from_price_id')),
  ],
  [
    'the price that the item has',
    422,
    'price_transition_not_allowed',
    post(transition, (ids: Fixture) => to(ids, 'from_price_id', 'from_price_id')),
  ],
  [
    'an item that is not active',
    409,
    'subscription_item_no_longer_active',
    async ({ call, ids }) => (
      await call('DELETE', item(ids)),
      call('POST', transition(ids), to(ids, 'from_price_id', 'to_price_id'))
    ),
  ],
  [
    'a trial of an item that has none',
    403,
    'subscription_item_not_in_free_trial',
    async ({ call, clerk, ids }) => {
      const plan = insertPlan(clerk.state);
      const { item: other } = insertSubscription(clerk.state, { user_id: ids['other_user_id'] ?? '' }, plan.id);
      return call('POST', `/billing/subscription_items/${other.id}/extend_free_trial`, {
        extend_to: '2099-01-01T00:00:00Z',
      });
    },
  ],
  [
    'an amount below zero',
    422,
    'plan_amount_invalid',
    post('/billing/prices', (ids: Fixture) => ({ plan_id: ids['plan_id'], currency: 'USD', amount: -1 })),
  ],
  [
    'a plan that is not there',
    404,
    'plan_not_found',
    post('/billing/prices', { plan_id: 'cplan_x', currency: 'USD', amount: 1 }),
  ],
  [
    'an item that is not there',
    404,
    'subscription_item_not_found',
    ({ call }) => call('DELETE', '/billing/subscription_items/csub_item_x'),
  ],
  [
    'a subscription that is not there',
    404,
    'subscription_not_found',
    ({ call, ids }) => call('GET', `/users/${ids['other_user_id']}/billing/subscription`),
  ],
];
