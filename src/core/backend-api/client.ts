/** The few calls of the Backend API that authentication itself needs. One attempt each, bounded in time, behind a circuit breaker. */
import {
  UpstreamUnreachable,
  type UpstreamAnswer,
  type VerificationUpstream,
  type VerifyOperation,
} from '../../ports.js';
import { firstErrorCode, KEY_INVALID } from '../../ground/upstream-body.js';
import type { Config } from '../config/config.js';
import { diagnosticsOf, reportDiagnostic } from '../faults/diagnostics.js';
import { createCircuitBreaker } from './circuit-breaker.js';
import { createCaller, type Call } from './http.js';

export interface RefreshRequest {
  readonly sessionId: string;
  readonly expiredToken: string;
  readonly refreshToken: string;
  readonly requestOrigin: string;
  readonly requestHeaders: Readonly<Record<string, readonly string[]>>;
  readonly suffixedCookies: boolean;
}

/** Every method rejects with `UpstreamUnreachable` when no answer came, and with anything else when this server is at fault. */
export interface Backend extends VerificationUpstream {
  /** `POST /v1/sessions/{sid}/refresh`, format `cookie`. Never repeated: it may rotate the refresh token. */
  refreshSession(request: RefreshRequest): Promise<UpstreamAnswer>;
  /** `GET /v1/clients/handshake_payload?nonce=` */
  handshakePayload(nonce: string): Promise<UpstreamAnswer>;
  /** `POST /v1/sessions/{sid}/tokens[/{template}]` */
  createSessionToken(
    sessionId: string,
    template: string | null,
    expiresInSeconds: number | null,
  ): Promise<UpstreamAnswer>;
  /** `GET /v1/users/{id}` */
  getUser(userId: string): Promise<UpstreamAnswer>;
  /** Operations that are not tried at the moment, because the last attempts all failed. */
  openCircuits?(): readonly string[];
}

/** What the API itself answers to a path with an id that cannot be one; such a path is not sent. */
const NOT_FOUND: UpstreamAnswer = Object.freeze({ status: 404, body: undefined, retryAfterMs: null });
/** What the API answers to a wrong key; a call without the key it needs is not sent. */
const NO_KEY: UpstreamAnswer = Object.freeze({
  status: 401,
  body: Object.freeze({ errors: Object.freeze([Object.freeze({ code: KEY_INVALID })]) }),
  retryAfterMs: null,
});

/** One path segment, or null for what could change the path: ids come from tokens that nobody has verified yet. */
function segment(id: string): string | null {
  if (id === '' || id === '.' || id === '..') return null;
  try {
    return encodeURIComponent(id);
  } catch {
    return null; // Half of a surrogate pair.
  }
}

/** One for each configuration, because it remembers which operations fail. */
const backends = new WeakMap<Config, Backend | null>();

/** The one that everything with this configuration calls. */
export function backendOf(config: Config): Backend | null {
  let backend = backends.get(config);
  if (backend === undefined) backends.set(config, (backend = createBackend(config)));
  return backend;
}

/**
 * The Backend API as authentication uses it, or null without any key. Verification endpoints have no `/v1`, as in
 * Clerk's documentation; everything else has `apiVersion`.
 */
export function createBackend(config: Config): Backend | null {
  const { secretKey, machineSecretKey, apiVersion } = config;
  if (secretKey === null && machineSecretKey === null) return null;
  const send = createCaller(config);
  const breakers = new Map<string, ReturnType<typeof createCircuitBreaker>>();

  async function call(operation: string, key: string | null, request: Omit<Call, 'operation' | 'key'>) {
    if (key === null) return NO_KEY;
    const breaker = breakers.get(operation) ?? createCircuitBreaker(config.now);
    breakers.set(operation, breaker);
    const waitMs = breaker.enter();
    if (waitMs !== null) throw new UpstreamUnreachable('circuit-open', waitMs);
    try {
      const answer = await send({ ...request, operation, key });
      breaker.leave(answer.status < 500);
      judgeKey(operation, key, answer);
      return answer;
    } catch (error) {
      breaker.leave(error instanceof UpstreamUnreachable ? false : null);
      throw error;
    }
  }

  /** A session that cannot be refreshed is 401 as well: there the code tells. */
  function judgeKey(operation: string, key: string, { status, body }: UpstreamAnswer): void {
    const diagnostic = key === secretKey ? 'secret-key-invalid' : 'machine-secret-key-invalid';
    if (status < 400) diagnosticsOf(config).delete(diagnostic);
    else if (status === 401 && (operation !== 'RefreshSession' || firstErrorCode(body) === KEY_INVALID)) {
      reportDiagnostic(config, diagnostic);
    }
  }

  const versioned = (path: string) => `/${apiVersion}${path}`;
  return Object.freeze({
    jwks: () => call('GetJWKS', secretKey, { path: versioned('/jwks') }),
    verifyOpaque: ({ operation, path, parameter, keys }: VerifyOperation, token: string) => {
      const key = keys.map((name) => config[name]).find((value) => value !== null);
      return call(operation, key ?? null, { path, body: { [parameter]: token } });
    },
    handshakePayload: (nonce: string) =>
      call('GetHandshakePayload', secretKey, {
        path: versioned(`/clients/handshake_payload?${new URLSearchParams({ nonce }).toString()}`),
      }),
    async refreshSession(request: RefreshRequest) {
      const sid = segment(request.sessionId);
      if (sid === null) return NOT_FOUND;
      const query = request.suffixedCookies ? '?suffixed_cookies=true' : '';
      return call('RefreshSession', secretKey, {
        path: versioned(`/sessions/${sid}/refresh${query}`),
        body: {
          format: 'cookie',
          expired_token: request.expiredToken,
          refresh_token: request.refreshToken,
          request_origin: request.requestOrigin,
          request_headers: request.requestHeaders,
        },
      });
    },
    async createSessionToken(sessionId: string, template: string | null, expiresInSeconds: number | null) {
      const sid = segment(sessionId);
      const name = template === null ? '' : segment(template);
      if (sid === null || name === null) return NOT_FOUND;
      return call(template === null ? 'CreateSessionToken' : 'CreateSessionTokenFromTemplate', secretKey, {
        path: versioned(`/sessions/${sid}/tokens${name && `/${name}`}`),
        body: expiresInSeconds === null ? {} : { expires_in_seconds: expiresInSeconds },
      });
    },
    async getUser(userId: string) {
      const id = segment(userId);
      return id === null ? NOT_FOUND : call('GetUser', secretKey, { path: versioned(`/users/${id}`) });
    },
    openCircuits: () => [...breakers].filter(([, breaker]) => breaker.isOpen()).map(([operation]) => operation),
  });
}
