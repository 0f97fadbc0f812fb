/** Tickets: the signed links of invitations and sign-in tokens, which the Frontend API takes at `/v1/tickets/accept`. */
import type { InstanceState } from '../../state/instance-state.js';

export type TicketKind = 'invitation' | 'organization_invitation' | 'sign_in_token' | 'actor_token' | 'agent_task';

/** What stands in a ticket; `exp` in seconds, and `rurl` is where its bearer goes afterwards. */
export interface Ticket {
  readonly st: TicketKind;
  /** Id of the invitation or token. */
  readonly rid: string;
  readonly exp: number;
  readonly rurl?: string | undefined;
}

/** Its own `typ` keeps a ticket from ever passing for a session token, although the same key signs both. */
const TYP = 'ticket+jwt';

/** @param expiresAt ms */
export function createTicket(
  state: InstanceState,
  st: TicketKind,
  rid: string,
  expiresAt: number,
  rurl?: string,
): string {
  const iat = Math.floor(state.now() / 1000);
  const ticket: Ticket = { st, rid, exp: Math.floor(expiresAt / 1000), ...(rurl === undefined ? {} : { rurl }) };
  return state.keys.sign({ typ: TYP }, { ...ticket, iid: state.instanceId, iat });
}

export const ticketUrl = (state: InstanceState, ticket: string): string =>
  `${state.frontendApiUrl}/v1/tickets/accept?ticket=${ticket}`;

/** Null: not a ticket of this instance. Whether its time is over is not looked at. */
export function readTicket(state: InstanceState, token: string): Ticket | null {
  const opened = state.keys.open(token);
  return opened?.header['typ'] === TYP ? (opened.payload as unknown as Ticket) : null;
}

/** Null: not a ticket of this instance, or past its time. */
export function openTicket(state: InstanceState, token: string): Ticket | null {
  const ticket = readTicket(state, token);
  return ticket !== null && ticket.exp * 1000 > state.now() ? ticket : null;
}
