/** The few calls of the Backend API that authentication itself needs. One attempt each, bounded in time, behind a circuit breaker. */
import type { UpstreamAnswer, VerificationUpstream } from '../../ports.js';

export interface RefreshRequest {
  readonly sessionId: string;
  readonly expiredToken: string;
  readonly refreshToken: string;
  readonly requestOrigin: string;
  readonly requestHeaders: Readonly<Record<string, readonly string[]>>;
  readonly suffixedCookies: boolean;
}

/** Every method rejects with `UpstreamUnreachable` when no answer came. */
export interface Backend extends VerificationUpstream {
  /** `POST /v1/sessions/{sid}/refresh`, format `cookie`. Never repeated: it may rotate the refresh token. */
  refreshSession(request: RefreshRequest): Promise<UpstreamAnswer>;
  /** `GET /v1/clients/handshake_payload?nonce=` */
  handshakePayload(nonce: string): Promise<UpstreamAnswer>;
  /** `POST /v1/sessions/{sid}/tokens[/{template}]` */
  createSessionToken(sessionId: string, template: string | null, expiresInSeconds: number | null): Promise<UpstreamAnswer>;
}
