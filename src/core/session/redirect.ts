/** The redirect of a browser that has to come back with a new session. */
import type { Reason } from '../../reasons.js';
import type { HeaderPairs } from '../../ground/headers.js';
import type { Action } from './decide.js';
import type { RequestFacts } from './request-facts.js';
import { handshakeHeaders, handshakeUrl, returnUrl } from './handshake.js';
import { answerToSatellite, questionToPrimary } from './satellite.js';

/** The headers of the redirect; null where there is no address to send anybody to. */
export function redirectHeaders(facts: RequestFacts, action: Action, reason: Reason): HeaderPairs | null {
  const location = locationOf(facts, action, reason);
  return location === null ? null : handshakeHeaders(location, facts.redirectCount);
}

function locationOf(facts: RequestFacts, action: Action, reason: Reason): string | null {
  const { context, services } = facts;
  if (action === 'answer-satellite') {
    return facts.satelliteReturnUrl && answerToSatellite(facts.satelliteReturnUrl, facts.devBrowserToken);
  }
  if (action === 'ask-primary') {
    const current = returnUrl(context);
    return current && services.config.signInUrl && questionToPrimary(services.config.signInUrl, current);
  }
  return handshakeUrl(context, {
    reason,
    suffixedCookies: facts.chosen.suffixed,
    sessionToken: facts.tokenForHandshake,
    devBrowserToken: facts.devBrowserToken,
    acceptsNonce: services.backend !== null,
  });
}
