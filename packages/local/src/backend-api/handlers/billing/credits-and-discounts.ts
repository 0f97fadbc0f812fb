/** Credit of users and organizations, and discounts of subscription items. */
import type {
  AdjustCreditBalanceRequest,
  BillingApplySubscriptionItemDiscountParams,
} from '../../../../../../src/api/generated/types.js';
import { adjustCredit, creditBalance } from '../../../model/billing/credits.js';
import { applyDiscount, removeDiscount } from '../../../model/billing/discounts.js';
import { bodyOf, param, type Handlers } from '../../engine/operation.js';
import { organizationOf } from '../organizations/organization-handlers.js';
import { userOf } from '../users/user-handlers.js';
import { itemOf } from './billing.js';

export const creditAndDiscountHandlers: Handlers = {
  GetUserBillingCreditBalance: (call, state) => creditBalance(state, 'user_id', userOf(call, state).id),
  AdjustUserBillingCreditBalance: (call, state) =>
    adjustCredit(state, 'user_id', userOf(call, state).id, bodyOf<AdjustCreditBalanceRequest>(call)),
  GetOrganizationBillingCreditBalance: (call, state) =>
    creditBalance(state, 'organization_id', organizationOf(call, state).id),
  AdjustOrganizationBillingCreditBalance: (call, state) =>
    adjustCredit(state, 'organization_id', organizationOf(call, state).id, bodyOf<AdjustCreditBalanceRequest>(call)),
  ApplyBillingSubscriptionItemDiscount: (call, state) => {
    const { discount_id: id } = bodyOf<BillingApplySubscriptionItemDiscountParams>(call);
    return applyDiscount(state, itemOf(call, state), id);
  },
  RemoveBillingSubscriptionItemDiscount: (call, state) =>
    removeDiscount(state, itemOf(call, state), param(call, 'discount_id')),
};
