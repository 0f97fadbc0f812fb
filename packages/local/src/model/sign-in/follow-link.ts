/** Verification by the link in an e-mail. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Verification, VerificationRedirectRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { ApiError } from '../records/api-error.js';
import { usableSessions } from '../sessions/client-sessions.js';
import { completeSignUpIfReady } from '../sign-up/complete-sign-up.js';
import { changeSignUp } from '../sign-up/sign-up-attempt.js';
import { verifyAddress } from '../users/addresses.js';
import { closeRedirect, openRedirect } from '../verification/redirects.js';
import { statusOf } from '../verification/verification.js';
import { changeSignIn, refuseSignIn, completeSignInIfReady } from './sign-in-attempt.js';

/** The values of `__clerk_status`. */
export type LinkStatus = 'verified' | 'expired' | 'failed' | 'client_mismatch';

export interface Followed {
  readonly status: LinkStatus;
  readonly redirectUrl: string | null;
  readonly sessionId: string | null;
}

interface Target {
  /** The client that asked for the link, or the user who must be signed in with it. */
  readonly clientId?: string;
  readonly userId?: string;
  readonly verification: Verification | null;
  readonly verify: (verification: Verification) => string | null;
}

/** @param client of the browser that follows; another one may, unless the instance wants the same. Null for a link that nobody was sent */
export function followLink(state: InstanceState, token: string, client: ClientRow | null): Followed | null {
  const row = openRedirect(state, token, /^email_link$/);
  if (row === null) return null;
  const end = (status: LinkStatus, sessionId: string | null = null): Followed => {
    if (status !== 'client_mismatch') closeRedirect(state, row);
    return { status, redirectUrl: row.redirect_url, sessionId };
  };
  const target = targetOf(state, row);
  if (target?.verification?.strategy !== 'email_link') return end('failed');
  if (statusOf(state, target.verification) !== 'unverified' || row.expire_at <= state.now()) return end('expired');
  const same =
    client !== null &&
    (client.id === target.clientId || usableSessions(state, client).some(({ user_id: id }) => id === target.userId));
  if (!same && environmentOf(state).user_settings.attack_protection.email_link.require_same_client)
    return end('client_mismatch');
  try {
    const done = { ...target.verification, status: 'verified', verified_at_client: client?.id ?? null } as const;
    return end('verified', target.verify(done));
  } catch (error) {
    if (error instanceof ApiError) return end('failed');
    throw error;
  }
}

function targetOf(state: InstanceState, { kind, subject_id: id }: VerificationRedirectRow): Target | undefined {
  return TARGETS[kind]?.(state, id);
}

const TARGETS: Partial<
  Record<VerificationRedirectRow['kind'], (state: InstanceState, id: string) => Target | undefined>
> = {
  sign_in: signInTarget,
  sign_up: signUpTarget,
  email_address: addressTarget,
};

function signInTarget(state: InstanceState, id: string): Target | undefined {
  const row = state.table('sign_ins').get(id);
  return (
    row && {
      clientId: row.client_id,
      verification: row.first_factor_verification,
      verify(verification) {
        const user = state.table('users').get(row.user_id);
        if (user !== undefined) refuseSignIn(state, user);
        const next = changeSignIn(state, row, { first_factor_verification: verification });
        return completeSignInIfReady(state, next).created_session_id;
      },
    }
  );
}

function signUpTarget(state: InstanceState, id: string): Target | undefined {
  const row = state.table('sign_ups').get(id);
  return (
    row && {
      clientId: row.client_id,
      verification: row.verifications['email_address'] ?? null,
      verify(verification) {
        const verifications = { ...row.verifications, email_address: verification };
        return completeSignUpIfReady(state, changeSignUp(state, row, { verifications })).created_session_id;
      },
    }
  );
}

/** An address that a user added: its user is signed in with the browser that asked. */
function addressTarget(state: InstanceState, id: string): Target | undefined {
  const row = state.table('email_addresses').get(id);
  return (
    row && {
      userId: row.user_id,
      verification: row.verification,
      verify(verification) {
        verifyAddress(state, 'email_address', id, verification);
        return null;
      },
    }
  );
}
