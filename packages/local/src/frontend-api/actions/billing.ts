/** Billing: what is on sale, and what users and organizations bought. Both have the same operations, under names of their own. */
import { paymentAttempts, plans, statements, subscriptionItems } from '../../model/billing/billing-records.js';
import { PAYEE } from '../../model/billing/charges.js';
import {
  cancelOwnItem,
  confirmCheckout,
  findCheckout,
  startCheckout,
  viewCheckout,
} from '../../model/billing/checkouts.js';
import { creditBalance, creditHistory } from '../../model/billing/credits.js';
import { ensurePayer, payerTypeOf, type Owner } from '../../model/billing/payers.js';
import {
  addMethod,
  findMethod,
  makeDefault,
  methodsOf,
  removeMethod,
  viewMethod,
} from '../../model/billing/payment-methods.js';
import { ensureSubscription, currentItems } from '../../model/billing/subscriptions.js';
import { environmentOf } from '../../model/instance/environment.js';
import { pageOf } from '../../model/records/listing.js';
import { missing, notFound, refusal } from '../../model/records/refusals.js';
import { find, list, type Resource } from '../../model/records/resource.js';
import { flagIn, signedIn, textIn, type Action, type Actions, type SignedInCall } from '../engine/action.js';
import { inOrganization } from '../engine/in-organization.js';
import { pageIn } from '../engine/query.js';
import { showSubscription } from '../views/billing.js';
import type { Row } from '../../state/instance-state.js';

interface BillingCall extends SignedInCall {
  readonly owner: Owner;
}

type BillingAction = (call: BillingCall) => unknown;

/** A part of a list that is worked out already. */
const page = (call: BillingCall, items: readonly unknown[]) => pageOf(items, pageIn(call), (item) => item);

/** The payer's own rows, the newest first. */
const listOf =
  <R extends Row & { readonly payer_id: string }>(resource: Resource<R>): BillingAction =>
  (call) => {
    const rows = [...resource.tableIn(call.state).by('payer_id', payerIdOf(call))].reverse();
    return list(call.state, resource, pageIn(call), { rows });
  };

const oneOf =
  <R extends Row & { readonly payer_id: string }>(resource: Resource<R>, param: string): BillingAction =>
  (call) => {
    const id = call.params[param] ?? '';
    const row = resource.tableIn(call.state).get(id);
    if (row?.payer_id !== payerIdOf(call)) throw notFound(resource.object.replaceAll('_', ' '), id);
    return resource.view(row, call.state);
  };

const payerIdOf = ({ state, owner }: BillingCall): string => ensurePayer(state, owner).id;

const itemsOf = ({ state, owner }: BillingCall) =>
  currentItems(state, ensureSubscription(state, owner)).map((item) => subscriptionItems.view(item, state));

const methodIn = (call: BillingCall, id: string | undefined) => {
  if (id === undefined) throw missing('payment_method_id');
  return findMethod(call.state, ensurePayer(call.state, call.owner), id);
};

const create: BillingAction = (call) => {
  const token = textIn(call, 'payment_token');
  if (token === undefined) throw missing('payment_token');
  return viewMethod(addMethod(call.state, ensurePayer(call.state, call.owner), token));
};

const checkout =
  (act: (call: BillingCall, row: ReturnType<typeof findCheckout>) => typeof row): BillingAction =>
  (call) =>
    viewCheckout(call.state, act(call, findCheckout(call.state, call.owner, call.params['checkout_id'] ?? '')));

/** Operation of a user, of an organization; what the role needs in it; what is done. */
const OPERATIONS: readonly (readonly [string, string, 'read' | 'manage', BillingAction])[] = [
  [
    'GetUserMainBillingSubscription',
    'GetOrganizationBillingSubscription',
    'read',
    ({ state, owner }) => showSubscription(state, owner),
  ],
  [
    'GetUserBillingSubscriptionItems',
    'GetOrganizationBillingSubscriptionItems',
    'read',
    (call) => page(call, itemsOf(call)),
  ],
  [
    'DeleteUserBillingSubscriptionItem',
    'DeleteOrganizationBillingSubscriptionItem',
    'manage',
    ({ state, owner, params }) =>
      subscriptionItems.view(cancelOwnItem(state, owner, params['subscription_item_id'] ?? ''), state),
  ],
  [
    'GetUserPaymentMethods',
    'GetOrganizationPaymentMethods',
    'read',
    (call) => page(call, methodsOf(call.state, ensurePayer(call.state, call.owner)).map(viewMethod)),
  ],
  ['CreateUserPaymentMethod', 'CreateOrganizationPaymentMethod', 'manage', create],
  [
    'InitializeUserPaymentMethod',
    'InitializeOrganizationPaymentMethod',
    'manage',
    ({ state }) => ({
      object: 'commerce_payment_method_initialize',
      // The stand-in for the provider's script asks for one, and looks at nothing in it.
      external_client_secret: `seti_${state.secret(24)}`,
      external_gateway_id: PAYEE,
      payment_method_order: ['card'],
    }),
  ],
  [
    'DeleteUserPaymentMethod',
    'DeleteOrganizationPaymentMethod',
    'manage',
    (call) => {
      const row = methodIn(call, call.params['payment_method_id']);
      return viewMethod(removeMethod(call.state, ensurePayer(call.state, call.owner), row));
    },
  ],
  [
    'SetUserDefaultPaymentMethod',
    'SetOrganizationDefaultPaymentMethod',
    'manage',
    (call) => {
      const row = methodIn(call, textIn(call, 'payment_method_id'));
      const payer = ensurePayer(call.state, call.owner);
      makeDefault(call.state, payer, row);
      return viewMethod(findMethod(call.state, payer, row.id));
    },
  ],
  [
    'CreateUserBillingCheckout',
    'CreateOrganizationBillingCheckout',
    'manage',
    (call) => {
      const [plan, period, method] = ['plan_id', 'plan_period', 'payment_method_id'].map((name) => textIn(call, name));
      return viewCheckout(call.state, startCheckout(call.state, call.owner, { plan, period, method }));
    },
  ],
  ['GetUserBillingCheckout', 'GetOrganizationBillingCheckout', 'manage', checkout((_call, row) => row)],
  [
    'UpdateUserBillingCheckout',
    'UpdateOrganizationBillingCheckout',
    'manage',
    checkout((call, row) => {
      // Discounts are redeemed by the Backend API alone: there are no codes.
      if (textIn(call, 'promo_code') !== undefined)
        throw refusal('checkout_promo_code_invalid', undefined, { paramName: 'promo_code' });
      return row;
    }),
  ],
  [
    'ConfirmUserBillingCheckout',
    'ConfirmOrganizationBillingCheckout',
    'manage',
    checkout((call, row) =>
      confirmCheckout(call.state, call.owner, row, {
        method: textIn(call, 'payment_method_id'),
        token: textIn(call, 'payment_token'),
        testCard: flagIn(call, 'use_test_card') === true,
      }),
    ),
  ],
  ['GetUserPaymentAttempts', 'GetOrganizationPaymentAttempts', 'read', listOf(paymentAttempts)],
  ['GetUserPaymentAttempt', 'GetOrganizationPaymentAttempt', 'read', oneOf(paymentAttempts, 'payment_attempt_id')],
  ['GetUserStatements', 'GetOrganizationStatements', 'read', listOf(statements)],
  ['GetUserStatement', 'GetOrganizationStatement', 'read', oneOf(statements, 'statement_id')],
  [
    'GetUserCreditBalance',
    'GetOrganizationCreditBalance',
    'read',
    ({ state, owner }) => creditBalance(state, owner.field, owner.id),
  ],
  [
    'GetUserCreditHistory',
    'GetOrganizationCreditHistory',
    'read',
    (call) => page(call, creditHistory(call.state, call.owner)),
  ],
];

/** @throws ApiError 403 where nothing is sold to such payers */
const selling =
  (owner: (call: SignedInCall) => Owner, action: BillingAction) =>
  (call: SignedInCall): unknown => {
    const payer = owner(call);
    const { user, organization } = environmentOf(call.state).commerce_settings.billing;
    if (!(payerTypeOf(payer) === 'user' ? user : organization).enabled) throw refusal('billing_not_enabled');
    return action({ ...call, owner: payer });
  };

const forUser = (action: BillingAction): Action =>
  signedIn(selling(({ user }) => ({ field: 'user_id', id: user.id }), action));

const forOrganization = (permission: 'read' | 'manage', action: BillingAction): Action =>
  inOrganization(
    `org:sys_billing:${permission}`,
    selling(({ params }) => ({ field: 'organization_id', id: params['organization_id'] ?? '' }), action),
  );

/** Everybody may look at what is on sale, but for hidden plans. */
const onSale: Action = (call) => {
  const type = call.request.query.get('payer_type') ?? 'user';
  const rows = call.state.table('plans').by('for_payer_type', type);
  return list(call.state, plans, pageIn(call), { rows: rows.filter((plan) => plan.publicly_visible !== false) });
};

export const billingActions: Actions = {
  GetBillingPlanList: onSale,
  GetBillingPlan: ({ state, params }) => {
    const name = params['plan_id_or_slug'] ?? '';
    const row = state.table('plans').get(name) ?? find(state, { ...plans, alias: 'slug' }, name);
    if (row.publicly_visible === false) throw refusal('billing_plan_is_hidden');
    return plans.view(row, state);
  },
  ...Object.fromEntries(OPERATIONS.map(([ofUser, , , action]) => [ofUser, forUser(action)])),
  ...Object.fromEntries(
    OPERATIONS.map(([, ofOrganization, permission, action]) => [ofOrganization, forOrganization(permission, action)]),
  ),
};
