/** What the operations of the additions refuse. */
import type { ManagedState } from '../../../../packages/local/src/state/create-instance-state.js';
import type { Provocation, Scene } from './scene.js';

const credits = ({ ids }: Scene) => `/users/${ids['user_id']}/billing/credits`;
const adjust = (scene: Scene, amount: number, action: string) =>
  scene.call('POST', credits(scene), { amount, action, idempotency_key: 'once' });
const discounts = ({ ids }: Scene) => `/billing/subscription_items/${ids['subscription_item_id']}/discounts`;

export const ADDITIONS: readonly Provocation[] = [
  [
    'a verification that is verified already',
    400,
    'verification_already_verified',
    async ({ call, ids, clerk }) => {
      const path = `/email_addresses/${ids['email_address_id']}`;
      const { body } = await call('POST', `${path}/prepare_verification`);
      const attempt = () =>
        call('POST', `${path}/attempt_verification`, {
          verification_id: body.id as string,
          code: clerk.emails.at(-1)?.code,
        });
      await attempt();
      return attempt();
    },
  ],
  ['no credit at all', 422, 'invalid_credit_amount', (scene) => adjust(scene, 0, 'increase')],
  ['more credit than there is', 422, 'insufficient_credit_balance', (scene) => adjust(scene, 1, 'decrease')],
  [
    'a discount that is not there',
    404,
    'discount_not_found',
    (scene) => scene.call('POST', discounts(scene), { discount_id: 'cdisc_x' }),
  ],
  [
    'a discount applied twice',
    409,
    'discount_already_applied',
    async (scene) => {
      (scene.clerk.state as ManagedState).table('discounts').insert({ id: 'cdisc_1', name: 'Ten', percent_off: 10 });
      await scene.call('POST', discounts(scene), { discount_id: 'cdisc_1' });
      return scene.call('POST', discounts(scene), { discount_id: 'cdisc_1' });
    },
  ],
  [
    'two directories of one enterprise connection',
    422,
    'scim_directory_enterprise_connection_already_used',
    async ({ call }) => {
      const fields = { name: 'IdP', provider: 'saml_okta', domains: ['idp.test'] };
      const { body } = await call('POST', '/enterprise_connections', fields);
      const directory = { enterprise_connection_id: body.id as string, provider: 'okta' };
      await call('POST', '/directories', directory);
      return call('POST', '/scim_directories', directory);
    },
  ],
];
