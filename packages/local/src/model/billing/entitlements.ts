/** What subscriptions entitle to, as session tokens tell it. */
import type { InstanceState } from '../../state/instance-state.js';
import type { PlanRow, SubscriptionItemRow } from '../../state/rows.js';
import { currentItems } from './subscriptions.js';

/** Slugs. */
export interface Entitlements {
  readonly plans: readonly string[];
  readonly features: readonly string[];
}

const PAYERS = {
  user: { forPayerType: 'user', field: 'user_id' },
  organization: { forPayerType: 'org', field: 'organization_id' },
} as const;

/**
 * The plans of a payer and their features; the default plan where nothing was bought. Null where the instance sells nothing to such payers: then
 * billing limits nothing.
 */
export function entitlementsOf(
  state: InstanceState,
  kind: keyof typeof PAYERS,
  id: string | null | undefined,
): Entitlements | null {
  const { forPayerType, field } = PAYERS[kind];
  const onSale = state.table('plans').by('for_payer_type', forPayerType);
  if (onSale.length === 0 || id === null || id === undefined) return null;
  const items = state
    .table('subscriptions')
    .by(field, id)
    .flatMap((subscription) => currentItems(state, subscription))
    .filter(entitles);
  const bought = items
    .map((item) => state.table('plans').get(item.plan_id))
    .filter((plan): plan is PlanRow => plan !== undefined);
  const plans = bought.length > 0 ? bought : onSale.filter((plan) => plan.is_default);
  return {
    plans: unique(plans.map((plan) => plan.slug)),
    features: unique(plans.flatMap((plan) => (plan.features ?? []).map((feature) => feature.slug))),
  };
}

/** What was canceled runs on until the end of its period; what is overdue is not taken away at once. */
const entitles = ({ status }: SubscriptionItemRow): boolean =>
  status === 'active' || status === 'past_due' || status === 'canceled';

const unique = (slugs: readonly string[]): string[] => [...new Set(slugs)];

/** With their scope: `o:` of the organization, `u:` of the user, `ou:` of both. */
export function withScopes(ofUser: readonly string[], ofOrganization: readonly string[]): string[] {
  const scopeOf = (slug: string) => `${ofOrganization.includes(slug) ? 'o' : ''}${ofUser.includes(slug) ? 'u' : ''}`;
  return unique([...ofOrganization, ...ofUser]).map((slug) => `${scopeOf(slug)}:${slug}`);
}
