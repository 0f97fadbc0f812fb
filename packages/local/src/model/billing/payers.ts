/** Payers: users and organizations, as billing knows them. */
import type { InstanceState } from '../../state/instance-state.js';
import type { PayerRow } from '../../state/rows.js';

/** The user or the organization that pays. */
export interface Owner {
  readonly field: 'user_id' | 'organization_id';
  readonly id: string;
}

export const payerOf = (state: InstanceState, { field, id }: Owner): PayerRow | undefined =>
  state.table('payers').by(field, id)[0];

/** Makes the payer when billing first needs it. */
export function ensurePayer(state: InstanceState, owner: Owner): PayerRow {
  const now = state.now();
  const fresh = { object: 'commerce_payer', [owner.field]: owner.id, created_at: now, updated_at: now } as const;
  return payerOf(state, owner) ?? state.table('payers').insert({ ...fresh, id: state.id('cpayer') });
}

/** `for_payer_type` of the plans that are for such a payer. */
export const payerTypeOf = ({ field }: Pick<Owner, 'field'>): 'user' | 'org' => (field === 'user_id' ? 'user' : 'org');
