/**
 * What Clerk takes for machine tokens, by its published prices (November 2026): a verification of an opaque token, and the creation of an M2M
 * token, beyond what is free each month. Session tokens, JWTs and loads of the keys cost nothing.
 */
const VERIFICATION = { dollars: 0.00001, freeAMonth: 100_000 };
const M2M_CREATION = { dollars: 0.001, freeAMonth: 2_500 };
const MINUTES = 30 * 24 * 60;

const price = (/** @type {typeof VERIFICATION} */ { dollars, freeAMonth }, /** @type {number} */ times) =>
  Math.max(0, times - freeAMonth) * dollars;

/** Dollars a month. @param {number} aMinute verifications */
export const billOfVerifications = (aMinute) => price(VERIFICATION, aMinute * MINUTES);

/** Dollars a month where every member gets an M2M token an hour, to call others with. @param {number} members */
export const billOfCreations = (members) => price(M2M_CREATION, (members * MINUTES) / 60);

export const number = (/** @type {number} */ value) => Math.round(value).toLocaleString('en');
export const dollars = (/** @type {number} */ value) => `$${value < 10 ? value.toFixed(2) : number(value)}`;
