/**
 * A user who is signed in proves once more to be that user. What has been verified counts at once, for the `fva` of the session's tokens; the status
 * is never stored.
 */
import { lookUp } from '../../ground/look-up.js';
import type { InstanceState } from '../../state/instance-state.js';
import type {
  Fields,
  Reverification,
  ReverificationLevel,
  SessionRow,
  UserRow,
  Verification,
} from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { invalidValue, missing, refusal } from '../records/refusals.js';
import { extrasOf } from '../sessions/sessions.js';
import { factorAges } from '../tokens/session-token.js';
import { viewVerification } from '../verification/verification.js';
import { countsAsBoth, firstFactors, secondFactors, type Factor } from './factors.js';
import { clearFailedAttempts, countFailedAttempt } from './lockout.js';
import {
  attemptWith,
  chosenStrategy,
  FIRST_STRATEGIES,
  preparationOf,
  SECOND_STRATEGIES,
  type PageContext,
} from './strategies.js';

type Step = 'first' | 'second';

/** The steps of each level, in order. */
const STEPS_OF: Readonly<Record<ReverificationLevel, readonly Step[]>> = {
  first_factor: ['first'],
  second_factor: ['second'],
  multi_factor: ['first', 'second'],
};

const STEPS = {
  first: { field: 'first_factor_verification', strategies: FIRST_STRATEGIES, offered: offeredFirst },
  second: { field: 'second_factor_verification', strategies: SECOND_STRATEGIES, offered: secondFactors },
} as const;

/** First factors that need no other page, and set no new password. */
const FIRST = new Set(['password', 'email_code', 'phone_code', 'passkey']);

function offeredFirst(state: InstanceState, user: UserRow): Factor[] {
  return firstFactors(state, user, null).filter(({ strategy }) => FIRST.has(strategy));
}

/** @param level of a user without second factors, any is the first @throws ApiError 422 */
export function startReverification(
  state: InstanceState,
  session: SessionRow,
  user: UserRow,
  level: unknown,
): SessionRow {
  if (level === undefined) throw missing('level');
  if (typeof level !== 'string' || lookUp(STEPS_OF, level) === undefined)
    throw invalidValue('level', 'must be first_factor, second_factor or multi_factor');
  const possible = secondFactors(state, user).length > 0 ? (level as ReverificationLevel) : 'first_factor';
  return storeReverification(state, session, {
    level: possible,
    first_factor_verification: null,
    second_factor_verification: null,
  });
}

const storeReverification = (
  state: InstanceState,
  session: SessionRow,
  reverification: Reverification,
  more: Fields = {},
): SessionRow =>
  state.table('sessions').update(session.id, { extras: { ...extrasOf(session), ...more, reverification } }) ?? session;

/** The next step; undefined when the reverification is complete. */
function nextStep({ level, ...held }: Reverification): Step | undefined {
  return STEPS_OF[level].find((step) => held[STEPS[step].field]?.status !== 'verified');
}

/** @throws ApiError 400 for a session without a reverification */
function requireReverification(session: SessionRow): Reverification {
  const { reverification } = extrasOf(session);
  if (reverification === undefined) throw refusal('session_reverification_missing');
  return reverification;
}

/** @param session a projection shows it beside the factors @throws ApiError 400 */
export function viewReverification(state: InstanceState, session: SessionRow, user: UserRow): Fields {
  const held = requireReverification(session);
  const step = nextStep(held);
  return {
    ...held,
    object: 'session_reverification',
    status: step === undefined ? 'complete' : `needs_${step}_factor`,
    supported_first_factors: offeredFirst(state, user),
    supported_second_factors: secondFactors(state, user),
    first_factor_verification: viewVerification(state, held.first_factor_verification),
    second_factor_verification: viewVerification(state, held.second_factor_verification),
  };
}

/** Sends what the strategy needs. @throws ApiError */
export function prepareReverification(
  state: InstanceState,
  session: SessionRow,
  user: UserRow,
  step: Step,
  input: Fields,
  { baseUrl, origin }: PageContext,
): SessionRow {
  const { held, chosen } = stepOf(state, session, user, step, input);
  const subject = { kind: 'session', id: session.id, baseUrl } as const;
  const asked = { state, user, input, subject, prepared: null, origin };
  const verification = preparationOf(chosen)(asked, chosen.name);
  return storeReverification(state, session, { ...held, [STEPS[step].field]: verification });
}

/** Checks the user's answer. @throws ApiError */
export async function attemptReverification(
  state: InstanceState,
  session: SessionRow,
  user: UserRow,
  step: Step,
  input: Fields,
  { baseUrl, origin }: PageContext,
): Promise<SessionRow> {
  const { held, chosen } = stepOf(state, session, user, step, input);
  const { field } = STEPS[step];
  const subject = { kind: 'session', id: session.id, baseUrl } as const;
  const asked = { state, user, input, subject, origin };
  const { verification, refusal: refused } = await attemptWith(chosen, held[field], asked);
  const next = { ...held, [field]: verification };
  if (refused !== null) {
    storeReverification(state, session, next);
    countFailedAttempt(state, user.id);
    throw refused;
  }
  clearFailedAttempts(state, user.id);
  return storeReverification(state, session, next, {
    verifiedAt: verificationTimes(state, session, user, step, verification),
  });
}

/** When each factor was verified, now that one has been. */
function verificationTimes(
  state: InstanceState,
  session: SessionRow,
  user: UserRow,
  step: Step,
  { strategy }: Verification,
) {
  const now = state.now();
  const [first, second] = extrasOf(session).verifiedAt ?? [session.created_at, null];
  if (step === 'second') return [first, now] as const;
  // Without a second factor its old age must not count: guards then look at the first factor alone.
  if (secondFactors(state, user).length === 0) return [now, null] as const;
  return [now, countsAsBoth(state, strategy) ? now : second] as const;
}

/** @throws ApiError 400, 422 */
function stepOf(state: InstanceState, session: SessionRow, user: UserRow, step: Step, input: Fields) {
  const held = requireReverification(session);
  if (nextStep(held) !== step)
    throw refusal('invalid_action_for_session_reverification', 'This is not the next step of the verification.');
  const { strategies, offered } = STEPS[step];
  return { held, chosen: chosenStrategy(strategies, offered(state, user), input) };
}

/** Sensitive operations need the second factor, or the first one of a user without a second, verified within ten minutes. */
const FRESH_MINUTES = 10;

export function isFresh(state: InstanceState, session: SessionRow): boolean {
  const [first, second] = factorAges(state.now(), extrasOf(session).verifiedAt);
  const age = second === -1 ? first : second;
  return age !== -1 && age < FRESH_MINUTES;
}

/** @throws ApiError 403 where the instance asks for it, and the session's user has verified nothing for too long */
export function refuseUnlessFresh(state: InstanceState, session: SessionRow): void {
  if (!environmentOf(state).auth_config.reverification || isFresh(state, session)) return;
  throw refusal('session_reverification_required');
}
