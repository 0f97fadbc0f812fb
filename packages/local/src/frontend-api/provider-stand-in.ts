/**
 * A script that stands in for the payment provider's: Clerk's components load that one from the internet, unless the page has `window.Stripe` already.
 * Its form offers the test cards that `model/billing/payment-methods.ts` knows. Nothing is asked of anybody, and nothing can be paid.
 */
export const PROVIDER_STAND_IN = `(() => {
  if (window.Stripe) return;
  const CARDS = [
    ['pm_card_visa', 'Visa 4242: pays'],
    ['pm_card_mastercard', 'Mastercard 4444: pays'],
    ['pm_card_chargeDeclined', 'Visa 0002: is declined'],
  ];
  // The form that was shown last is the one that is sent.
  let chosen = CARDS[0][0];
  const form = () => {
    const label = document.createElement('label');
    label.textContent = 'Test card ';
    const select = document.createElement('select');
    for (const [value, text] of CARDS) select.append(new Option(text, value));
    select.value = chosen = CARDS[0][0];
    select.addEventListener('change', () => { chosen = select.value; });
    label.append(select);
    return label;
  };
  const element = () => {
    const listeners = { ready: new Set() };
    let shown = null;
    return {
      on(event, listener) {
        (listeners[event] ??= new Set()).add(listener);
        // A listener that is added now has missed the event, so it is told at once.
        if (event === 'ready' && shown !== null) queueMicrotask(() => listeners.ready.has(listener) && listener());
      },
      off: (event, listener) => { listeners[event]?.delete(listener); },
      mount(place) {
        place.append((shown = form()));
        queueMicrotask(() => { for (const listener of listeners.ready) listener(); });
      },
      update: () => {},
      destroy: () => { shown?.remove(); },
    };
  };
  const unknown = () => Promise.resolve({ error: { type: 'api_error', message: 'The local instance has no such call.' } });
  window.Stripe = () => ({
    elements: () => ({ create: element, update: () => {}, submit: () => Promise.resolve({}) }),
    confirmSetup: () => Promise.resolve({ setupIntent: { status: 'succeeded', payment_method: chosen } }),
    createToken: unknown,
    createPaymentMethod: unknown,
    confirmCardPayment: unknown,
    _registerWrapper: () => {},
    registerAppInfo: () => {},
  });
})();`;
