/** The facts that the rows of `decide.ts` test. Types only. */
import type { SessionClaims } from '../../types.js';

/** Each fact is worked out when a row asks for it (`request-facts.ts`). */
export interface SessionFacts {
  readonly production: boolean;
  readonly satellite: boolean;
  readonly satelliteAutoSync: boolean;
  readonly carrier: 'cookie' | 'header';
  readonly isGet: boolean;
  /** A browser shows the answer as a page: only then can a handshake follow. */
  readonly isDocumentRequest: boolean;
  /** `GET` with `Sec-Fetch-Dest: document` stated. */
  readonly isTopLevelNavigation: boolean;
  readonly redirectCount: number;
  /** `open`: a handshake token or nonce came and has not been tried. */
  readonly handshake: 'none' | 'open';
  /** Query `__clerk_synced`. */
  readonly synced: string | null;
  /** The query asks this primary to answer a satellite, at an address that is allowed. */
  readonly hasSatelliteQuestion: boolean;
  readonly hasDevBrowserInQuery: boolean;
  readonly hasDevBrowser: boolean;
  readonly hasSession: boolean;
  /** Unix seconds; 0: signed out or unknown. */
  readonly clientUat: number;
  /** What the session cookie is, before it is verified. */
  readonly sessionForm: 'session' | 'undecodable' | 'foreign';
  /** `iat` of the session cookie in seconds, not verified; null without one. */
  readonly issuedAt: number | null;
  /** The visitor came from another origin that is not one of Clerk's own pages. */
  readonly cameFromElsewhere: boolean;
  /** Why a refresh is not to be tried, or why it failed; null: try it. */
  readonly refreshObstacle: string | null;
  /** The refresh failed because Clerk could not be asked. */
  readonly refreshOutage: boolean;
  /** A token that names no authorized party is to be renewed: `missingAzp` says so, and the token has none. */
  readonly renewsMissingAzp: boolean;
  /** The URL names another organization than the session. */
  organizationDiffers(claims: SessionClaims): boolean;
}
