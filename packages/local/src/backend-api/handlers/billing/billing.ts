/** Billing: what is sold comes from seeds; prices are made, and subscription items end, extend and move here. */
import type {
  BillingCancelSubscriptionItemParams,
  BillingCreatePriceParams,
  BillingCreatePriceTransitionParams,
  BillingExtendSubscriptionItemFreeTrialParams,
  BillingListPricesParams,
} from '../../../../../../src/api/generated/types.js';
import {
  paymentAttempts,
  plans,
  prices,
  statements,
  subscriptionItems,
} from '../../../model/billing/billing-records.js';
import {
  cancelItem,
  changePrice,
  createPrice,
  extendTrial,
  subscriptionOf,
} from '../../../model/billing/subscription-items.js';
import { find, list } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { SubscriptionItemRow } from '../../../state/rows.js';
import { getOf, listOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, queryOf, type Handler, type Handlers, type OperationCall } from '../../engine/operation.js';
import { organizationOf } from '../organizations/organization-handlers.js';
import { userOf } from '../users/user-handlers.js';

export const itemOf = (call: OperationCall, state: InstanceState): SubscriptionItemRow =>
  find(state, subscriptionItems, param(call, 'subscription_item_id'));

/** Cheapest first, and the newest of one price first: sorted twice, because sorting keeps the order of equals. */
const listPrices: Handler = (call, state) => {
  const { plan_id: planId } = queryOf<BillingListPricesParams>(call);
  if (typeof planId === 'string') find(state, plans, planId);
  const newestFirst = [...state.table('prices').rows()].reverse();
  return list(state, prices, { ...call.query, order_by: '+amount' }, { rows: newestFirst });
};

export const billingHandlers: Handlers = {
  GetCommercePlanList: listOf(plans),
  GetBillingPriceList: listPrices,
  CreateBillingPrice: (call, state) => prices.view(createPrice(state, bodyOf<BillingCreatePriceParams>(call)), state),
  GetCommerceSubscriptionItemList: listOf(subscriptionItems),
  CancelCommerceSubscriptionItem: (call, state) => {
    const { end_now: now } = queryOf<BillingCancelSubscriptionItemParams>(call);
    return subscriptionItems.view(cancelItem(state, itemOf(call, state), now === true), state);
  },
  ExtendBillingSubscriptionItemFreeTrial: (call, state) => {
    const { extend_to: until } = bodyOf<BillingExtendSubscriptionItemFreeTrialParams>(call);
    return subscriptionItems.view(extendTrial(state, itemOf(call, state), until), state);
  },
  CreateBillingPriceTransition: (call, state) => {
    const { from_price_id: from, to_price_id: to } = bodyOf<BillingCreatePriceTransitionParams>(call);
    return changePrice(state, itemOf(call, state), from, to);
  },
  GetBillingStatementList: listOf(statements),
  GetBillingStatement: getOf(statements),
  GetBillingStatementPaymentAttempts: (call, state) => {
    const statement = find(state, statements, param(call, 'statementID'));
    const rows = state.table('payment_attempts').by('statement_id', statement.id);
    return list(state, paymentAttempts, call.query, { rows });
  },
  GetUserBillingSubscription: (call, state) => subscriptionOf(state, 'user_id', userOf(call, state).id),
  GetOrganizationBillingSubscription: (call, state) =>
    subscriptionOf(state, 'organization_id', organizationOf(call, state).id),
};
