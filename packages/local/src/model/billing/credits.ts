/** Credit of users and organizations: a ledger, whose sum is the balance. */
import type { AdjustCreditBalanceRequest } from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { CreditEntryRow, Fields, PayerRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { money } from './billing-records.js';
import { ensurePayer, payerOf, type Owner } from './payers.js';

type Field = Owner['field'];

const entriesOf = (state: InstanceState, payer: PayerRow | undefined): readonly CreditEntryRow[] =>
  payer ? state.table('credit_entries').by('payer_id', payer.id) : [];

const sum = (entries: readonly CreditEntryRow[]): number => entries.reduce((total, { amount }) => total + amount, 0);

/** Null for a payer who never had credit. */
export function creditBalance(state: InstanceState, field: Field, id: string): Fields {
  const entries = entriesOf(state, payerOf(state, { field, id }));
  const [first] = entries;
  const balance = first
    ? money(sum(entries.filter(({ currency }) => currency === first.currency)), first.currency)
    : null;
  return { object: 'commerce_credit_balance', balance };
}

/** Cents that a payer has to spend in a currency. */
export const balanceOf = (state: InstanceState, payer: PayerRow, currency: string): number =>
  sum(entriesOf(state, payer).filter((entry) => entry.currency === currency));

/** The changes of the balance, the newest first. */
export const creditHistory = (state: InstanceState, owner: Owner): readonly Fields[] =>
  [...entriesOf(state, payerOf(state, owner))].reverse().map(viewEntry);

/** Takes what a checkout costs from the balance. */
export function spendCredit(state: InstanceState, payer: PayerRow, cents: number, currency: string, key: string): void {
  if (cents === 0) return;
  state.table('credit_entries').insert({
    id: state.id('cledger'),
    payer_id: payer.id,
    amount: -cents,
    currency,
    note: null,
    idempotency_key: key,
    created_at: state.now(),
  });
}

/** The same key again gives the same entry. @throws ApiError 422 */
export function adjustCredit(state: InstanceState, field: Field, id: string, body: AdjustCreditBalanceRequest): Fields {
  const { amount, action, currency = 'USD', idempotency_key: key } = body;
  if (amount <= 0) throw refusal('invalid_credit_amount', undefined, { paramName: 'amount' });
  const known = payerOf(state, { field, id });
  const entries = entriesOf(state, known);
  const before = entries.find((entry) => entry.idempotency_key === key);
  if (before) return viewEntry(before);
  const code = currency.toUpperCase();
  if (action === 'decrease' && amount > sum(entries.filter((entry) => entry.currency === code)))
    throw refusal('insufficient_credit_balance', undefined, { paramName: 'amount' });
  const payer = ensurePayer(state, { field, id });
  const entry = state.table('credit_entries').insert({
    id: state.id('cledger'),
    payer_id: payer.id,
    amount: action === 'increase' ? amount : -amount,
    currency: code,
    note: body.note ?? null,
    idempotency_key: key,
    created_at: state.now(),
  });
  return viewEntry(entry);
}

const viewEntry = ({ currency, amount, idempotency_key: key, created_at: time, ...row }: CreditEntryRow): Fields => ({
  ...row,
  object: 'commerce_credit_ledger',
  amount: money(amount, currency),
  source_type: 'grant',
  source_id: key,
  created_at: new Date(time).toISOString(),
});
