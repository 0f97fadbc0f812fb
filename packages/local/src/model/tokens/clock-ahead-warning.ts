/**
 * Warns of a page whose clock is ahead of the instance's: every new token looks expired to it, so that it requests tokens without end. Requests do not
 * tell the page's time, so this looks at how often they come.
 */
import { warn } from '../../ground/warn.js';
import type { InstanceState } from '../../state/instance-state.js';

/** Clients ask 15 s before a token of 60 s ends, so that two requests are 45 s apart. */
const TOO_SOON_MS = 30_000;
/** Other tabs and page loads ask too soon now and then. */
const TOLERATED = 5;

interface LastRequest {
  /** Instance time, ms. */
  readonly at: number;
  /** How many requests in a row came too soon. */
  readonly tooSoon: number;
}

const asked = new WeakMap<InstanceState, Map<string, LastRequest>>();
const warned = new WeakSet<InstanceState>();

/** A page asks for a token, of its own accord, although it was given one for the same session and organization before. */
export function watchForClockAhead(state: InstanceState, sessionId: string, organizationId: string | null): void {
  if (warned.has(state)) return;
  const bySession = asked.get(state) ?? new Map<string, LastRequest>();
  asked.set(state, bySession);
  const key = `${sessionId} ${organizationId ?? ''}`;
  const last = bySession.get(key);
  const at = state.now();
  const tooSoon = last !== undefined && at - last.at < TOO_SOON_MS ? last.tooSoon + 1 : 0;
  bySession.set(key, { at, tooSoon });
  if (tooSoon < TOLERATED) return;
  warned.add(state);
  asked.delete(state);
  warn(
    'A page asks for one session token after the other: its clock is ahead of the instance, so that tokens have expired when they come. ' +
      'Move both clocks: advanceClock(ms) here, and in Playwright page.clock.install() at the start and page.clock.fastForward(ms).',
  );
}
