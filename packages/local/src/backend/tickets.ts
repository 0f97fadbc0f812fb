/** Tickets: the signed links of invitations and sign-in tokens, which the Frontend API takes at `/v1/tickets/accept`. */
import type { World } from '../instance-state.js';

export type TicketKind = 'invitation' | 'organization_invitation' | 'sign_in_token' | 'actor_token';

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
export function createTicket(world: World, st: TicketKind, rid: string, expiresAt: number, rurl?: string): string {
  const iat = Math.floor(world.now() / 1000);
  const ticket: Ticket = { st, rid, exp: Math.floor(expiresAt / 1000), ...(rurl === undefined ? {} : { rurl }) };
  return world.keys.sign({ typ: TYP }, { ...ticket, iid: world.instanceId, iat });
}

export const ticketUrl = (world: World, ticket: string): string =>
  `${world.frontendApiUrl}/v1/tickets/accept?ticket=${ticket}`;

/** Null: not a ticket of this instance. Whether its time is over is not looked at. */
export function readTicket(world: World, token: string): Ticket | null {
  const opened = world.keys.open(token);
  return opened?.header['typ'] === TYP ? (opened.payload as unknown as Ticket) : null;
}

/** Null: not a ticket of this instance, or past its time. */
export function openTicket(world: World, token: string): Ticket | null {
  const ticket = readTicket(world, token);
  return ticket !== null && ticket.exp * 1000 > world.now() ? ticket : null;
}
