/** A subscription as the Frontend API shows it: what is open alone. */
import { subscriptionItems, subscriptions } from '../../model/billing/billing-records.js';
import { ensurePayer, type Owner } from '../../model/billing/payers.js';
import { mayStartTrial } from '../../model/billing/quotes.js';
import { ensureSubscription, currentItems } from '../../model/billing/subscriptions.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields } from '../../state/rows.js';

export function showSubscription(state: InstanceState, owner: Owner): Fields {
  const row = ensureSubscription(state, owner);
  const items = currentItems(state, row).map((item) => subscriptionItems.view(item, state));
  return {
    next_payment: null,
    ...subscriptions.view(row, state),
    subscription_items: items,
    eligible_for_free_trial: mayStartTrial(state, ensurePayer(state, owner)),
  };
}
