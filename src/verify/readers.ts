/**
 * The readers of machine tokens: the claims of a JWT, or the answer of the Backend API, become the shape of the contract.
 * They run only on claims that have been verified and on answers that have been judged good.
 */
import type { ApiKey, M2MToken, OAuthAccessToken } from '../types.js';
import { isText, scopesOf, splitScopes } from './claims.js';
import type { JsonObject } from './decode.js';
import { isRecord } from '../ground/is-record.js';

const text = (value: unknown): string => (isText(value) ? value : '');
const textOrNull = (value: unknown): string | null => (isText(value) ? value : null);
const recordOrNull = (value: unknown): Readonly<Record<string, unknown>> | null => (isRecord(value) ? value : null);

/** A JWT cannot tell an empty object from none. */
const someOrNull = (claims: Readonly<Record<string, unknown>> | null) =>
  claims !== null && Object.keys(claims).length > 0 ? claims : null;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
/** Some endpoints answer in seconds, some in milliseconds. A number below this one is seconds (as milliseconds: March 1973). */
const SECONDS_BELOW = 1e11;
export const toMs = (value: number): number => (value < SECONDS_BELOW ? value * 1000 : value);
const time = (value: unknown): number => (isNumber(value) ? toMs(value) : 0);

/** Claims that have a field of their own. The others are those that the machine chose: an opaque token lists them as `claims`. */
const REGISTERED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'scopes']);

function fromClaims(claims: JsonObject, scopes: readonly string[]) {
  const issuedAt = isNumber(claims['iat']) ? claims['iat'] * 1000 : 0;
  return {
    id: text(claims['jti']),
    subject: text(claims['sub']),
    scopes,
    revoked: false,
    revocationReason: null,
    expired: false,
    expiration: (claims['exp'] as number) * 1000,
    createdAt: issuedAt,
    updatedAt: issuedAt,
  };
}

export function m2mFromClaims(claims: JsonObject): M2MToken {
  const own = Object.entries(claims).filter(([name]) => !REGISTERED.has(name));
  return { ...fromClaims(claims, scopesOf(claims)), claims: someOrNull(Object.fromEntries(own)) };
}

export function oauthFromClaims(claims: JsonObject): OAuthAccessToken {
  const scopes = splitScopes(Array.isArray(claims['scp']) ? claims['scp'] : claims['scope']);
  return {
    ...fromClaims(claims, scopes),
    type: 'oauth_token',
    clientId: text(claims['client_id']),
    orgId: orgIdIn(claims),
  };
}

/** With the scope `user:org:read`: the organization that the user chose at consent. */
function orgIdIn({ org_id: id }: JsonObject): string | null {
  return typeof id === 'string' && id.startsWith('org_') ? id : null;
}

/** The answer has an id and a subject, and is neither revoked nor expired (`opaque-answer.ts`). */
function fromAnswer(body: JsonObject) {
  const { expiration } = body;
  return {
    id: text(body['id']),
    subject: text(body['subject']),
    scopes: splitScopes(body['scopes']),
    revoked: false,
    revocationReason: null,
    expired: false,
    expiration: isNumber(expiration) ? toMs(expiration) : null,
    createdAt: time(body['created_at']),
    updatedAt: time(body['updated_at']),
  };
}

export function apiKeyFromAnswer(body: JsonObject): ApiKey {
  const lastUsedAt = body['last_used_at'];
  return {
    ...fromAnswer(body),
    type: text(body['type']),
    name: text(body['name']),
    description: textOrNull(body['description']),
    claims: recordOrNull(body['claims']),
    createdBy: textOrNull(body['created_by']),
    lastUsedAt: isNumber(lastUsedAt) ? toMs(lastUsedAt) : null,
  };
}

export function m2mFromAnswer(body: JsonObject): M2MToken {
  return { ...fromAnswer(body), claims: someOrNull(recordOrNull(body['claims'])) };
}

export function oauthFromAnswer(body: JsonObject): OAuthAccessToken {
  // The answer need not name its type.
  return {
    ...fromAnswer(body),
    type: text(body['type']) || 'oauth_token',
    clientId: text(body['client_id']),
    orgId: orgIdIn(body),
  };
}
