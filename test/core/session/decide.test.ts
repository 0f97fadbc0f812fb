/** The decision tables by themselves: whatever the facts are, each has an answer, and none opens the door by mistake. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_REASONS, type TokenReason } from 'bailiff';
import { decideCookies, decideVerdict, reasonFor } from '../../../src/core/session/decide.js';
import type { SessionFacts } from '../../../src/core/session/session-facts.js';
import type { Verdict, VerifiedSession } from '../../../src/verify/verdict.js';

const facts: fc.Arbitrary<SessionFacts> = fc.record({
  production: fc.boolean(),
  satellite: fc.boolean(),
  satelliteAutoSync: fc.boolean(),
  carrier: fc.constantFrom('cookie', 'header'),
  isGet: fc.boolean(),
  isDocumentRequest: fc.boolean(),
  isTopLevelNavigation: fc.boolean(),
  redirectCount: fc.nat(5),
  handshake: fc.constantFrom('none', 'open'),
  synced: fc.constantFrom(null, 'true', 'false', 'x'),
  hasSatelliteQuestion: fc.boolean(),
  hasDevBrowserInQuery: fc.boolean(),
  hasDevBrowser: fc.boolean(),
  hasSession: fc.boolean(),
  clientUat: fc.constantFrom(0, 1, 2, 3),
  sessionForm: fc.constantFrom('session', 'undecodable', 'foreign'),
  issuedAt: fc.constantFrom(null, 0, 1, 2, 3),
  cameFromElsewhere: fc.boolean(),
  refreshObstacle: fc.constantFrom(null, 'no-cookie', 'fetch-error'),
  refreshOutage: fc.boolean(),
  renewsMissingAzp: fc.boolean(),
  organizationDiffers: fc.boolean().map((differs) => () => differs),
});

const reason = fc.constantFrom(...(Object.keys(TOKEN_REASONS) as TokenReason[]));
const session = { tokenType: 'session_token', token: 'a.b.c', data: { sub: 'user_ada' }, attachment: undefined };
const accepted = fc.constant({ outcome: 'accepted', value: session } as unknown as Verdict<VerifiedSession>);
const refused = reason.map((reason): Verdict<VerifiedSession> => ({ outcome: 'refused', reason, message: '' }));
const leftUnchecked = (reason: TokenReason): Verdict<VerifiedSession> => ({
  outcome: 'unchecked',
  reason,
  message: '',
  retryAfterMs: 1,
});
const unchecked = reason.map(leftUnchecked);

const OF_DEVELOPMENT = ['ask-primary', 'answer-satellite'];

describe('before a token is verified', () => {
  it('signs nobody in, and verifies a session only if one could be good', () => {
    fc.assert(
      fc.property(facts, (f) => {
        const row = decideCookies(f);
        expect(row.then).not.toBe('sign-in');
        if (row.then !== 'verify') return;
        expect([f.hasSession, f.clientUat > 0, f.sessionForm, f.handshake]).toEqual([true, true, 'session', 'none']);
        if (f.issuedAt !== null) expect(f.issuedAt).toBeGreaterThanOrEqual(f.clientUat);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no step of development in production, and gives a reason for every signed-out outcome', () => {
    fc.assert(
      fc.property(facts, (f) => {
        const row = decideCookies(f);
        if (f.production) {
          expect(OF_DEVELOPMENT).not.toContain(row.then);
          expect(row.id).not.toMatch(/^dev-browser/);
        }
        expect(reasonFor(row, f, null) === null).toBe(row.then === 'verify' || row.then === 'resolve-handshake');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('after a token was verified', () => {
  it('signs in with an accepted token only', () => {
    fc.assert(
      fc.property(facts, fc.oneof(accepted, refused, unchecked), (f, verdict) => {
        const row = decideVerdict(f, verdict);
        if (row.then === 'sign-in') expect(verdict.outcome).toBe('accepted');
        expect(reasonFor(row, f, verdict) === null).toBe(row.then === 'sign-in' || row.then === 'refresh');
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives unavailable for a token that could not be checked, whatever else holds', () => {
    fc.assert(
      fc.property(facts, reason, (f, reason) => {
        fc.pre(reason !== 'jwk-kid-unchecked');
        expect(decideVerdict(f, leftUnchecked(reason))).toMatchObject({ then: 'unavailable', id: 'not-checked' });
      }),
    );
  });

  it('gives unavailable for a token whose key may be new, except that a page with cookies goes to the Frontend API', () => {
    fc.assert(
      fc.property(facts, (f) => {
        const row = decideVerdict(f, leftUnchecked('jwk-kid-unchecked'));
        expect(row.then).toBe(f.carrier === 'cookie' && f.isDocumentRequest ? 'handshake' : 'unavailable');
      }),
    );
  });

  it('signs in with an accepted token or sends a page to the Frontend API first', () => {
    fc.assert(
      fc.property(facts, accepted, (f, verdict) => {
        const { then } = decideVerdict(f, verdict);
        expect(['sign-in', 'handshake']).toContain(then);
        if (f.carrier === 'header') expect(then).toBe('sign-in');
        if (then === 'handshake') expect(f.isDocumentRequest || f.isTopLevelNavigation).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('signs out for a bad signature, whatever else holds', () => {
    fc.assert(
      fc.property(facts, (f) => {
        const verdict = { outcome: 'refused', reason: 'token-invalid-signature', message: '' } as const;
        expect(decideVerdict(f, verdict)).toMatchObject({ then: 'sign-out' });
      }),
    );
  });
});
