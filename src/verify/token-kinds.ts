/**
 * The kinds of token, a row each. Whatever names the kinds is derived from this table; the types of a kind are its entry
 * in the map `TokenKinds` (`src/types/token-kinds.ts`). `docs/add-a-token-kind.md` adds a row, step by step.
 *
 * The rows hold no security of their own: `jwt.ts` and `opaque.ts` take every kind the same way, and read a row's claims
 * after the signature and its answer after the call.
 */
import type { BackendKey } from '../ports.js';
import type { MachineAuth, MachineTokenType, TokenKinds, TokenType } from '../types.js';
import {
  audience,
  authorizedParty,
  DATES,
  issuer,
  machine,
  matchesAudience,
  sessionAudience,
  splitScopes,
  subject,
  texts,
  WRONG_AUDIENCE,
  WRONG_MACHINE,
} from './claims.js';
import type { DecodedJwt, JsonObject } from './decode.js';
import {
  ACCESS_TOKEN_TYPES,
  INVALID,
  M2M_CATEGORIES,
  NO_CATEGORY,
  OTHER_KIND,
  PLAIN_TYPES,
  SESSION_CATEGORIES,
  WRONG_MACHINE_TYPE,
  WRONG_TYPE,
  type JwtPolicy,
} from './jwt-policy.js';
import type { OpaqueForm } from './opaque-answer.js';
import * as readers from './readers.js';

/** The options that hold keys. */
export type KeyOption = BackendKey | 'jwtKey';

interface KindRow<K extends TokenType> {
  /** The method of an authenticator that verifies one token of the kind. */
  readonly method: TokenKinds[K]['method'];
  /** Any one of these keys is enough to verify some form of the kind. An error that asks for a key names them in this order. */
  readonly keys: readonly KeyOption[];
}

/** A JWT that is no machine token is judged as a session token, so the row needs no test. */
interface SessionRow extends KindRow<'session_token'> {
  readonly jwt: { readonly policy: JwtPolicy };
}

interface MachineRow<K extends MachineTokenType> extends KindRow<K> {
  readonly opaque: OpaqueForm<TokenKinds[K]['data']>;
  /** Null: no JWT is of this kind. */
  readonly jwt: JwtForm<TokenKinds[K]['data']> | null;
  /** The fields of the auth object beside those of every machine. Without a caller each of them is null. */
  readonly fields: FieldReaders<TokenKinds[K]['data'], TokenKinds[K]['auth']>;
}

/** The JWT form of one kind of token. */
interface JwtForm<Data> {
  /** Whether an unverified JWT claims to be of this kind. The rows are asked in order. */
  readonly matches: (jwt: DecodedJwt) => boolean;
  readonly policy: JwtPolicy;
  readonly read: (claims: JsonObject) => Data;
}

type FieldReaders<Data, Authenticated> = {
  readonly [Field in Exclude<keyof Authenticated, keyof MachineAuth>]: (data: Data) => Authenticated[Field];
};

type Rows = { readonly session_token: SessionRow } & { readonly [K in MachineTokenType]: MachineRow<K> };

const subjectWith = (prefix: string, { subject: id }: { readonly subject: string }): string | null =>
  id.startsWith(prefix) ? id : null;

export const TOKEN_KINDS: Rows = {
  session_token: {
    method: 'verifySessionToken',
    keys: ['secretKey', 'jwtKey'],
    jwt: {
      policy: {
        types: PLAIN_TYPES,
        foreignType: WRONG_TYPE,
        categories: SESSION_CATEGORIES,
        foreignCategory: OTHER_KIND,
        claims: [subject, texts, sessionAudience, authorizedParty, issuer, ...DATES],
      },
    },
  },
  api_key: {
    method: 'verifyApiKey',
    keys: ['secretKey'],
    opaque: {
      prefix: 'ak_',
      ask: {
        operation: 'verifyApiKey',
        path: '/api_keys/verify',
        parameter: 'secret',
        keys: ['secretKey'],
      },
      object: 'api_key',
      subjects: ['user_', 'org_', 'mch_'],
      meant: () => null,
      read: readers.apiKeyFromAnswer,
    },
    jwt: null,
    fields: {
      name: (key) => key.name,
      claims: (key) => key.claims,
      userId: (key) => subjectWith('user_', key),
      orgId: (key) => subjectWith('org_', key),
    },
  },
  m2m_token: {
    method: 'verifyM2MToken',
    keys: ['secretKey', 'machineSecretKey', 'jwtKey'],
    opaque: {
      prefix: 'mt_',
      ask: {
        operation: 'verifyM2MToken',
        path: '/m2m_tokens/verify',
        parameter: 'token',
        keys: ['machineSecretKey', 'secretKey'],
      },
      object: 'machine_to_machine_token',
      subjects: ['mch_'],
      meant: ({ scopes }, { machineId }) =>
        machineId === null || splitScopes(scopes).includes(machineId) ? null : WRONG_MACHINE,
      read: readers.m2mFromAnswer,
    },
    jwt: {
      matches: ({ payload: { sub } }) => typeof sub === 'string' && sub.startsWith('mch_'),
      policy: {
        types: PLAIN_TYPES,
        foreignType: WRONG_MACHINE_TYPE,
        categories: M2M_CATEGORIES,
        foreignCategory: INVALID,
        claims: [subject, texts, audience, issuer, ...DATES, machine],
      },
      read: readers.m2mFromClaims,
    },
    fields: {
      claims: (token) => token.claims,
      machineId: (token) => token.subject,
    },
  },
  oauth_token: {
    method: 'verifyOAuthToken',
    keys: ['secretKey', 'jwtKey'],
    opaque: {
      prefix: 'oat_',
      ask: {
        operation: 'verifyOAuthAccessToken',
        path: '/oauth_applications/access_tokens/verify',
        parameter: 'access_token',
        keys: ['secretKey'],
      },
      object: 'clerk_idp_oauth_access_token',
      subjects: ['user_'],
      meant: ({ aud }, expected) => (matchesAudience(aud, expected.audience) ? null : WRONG_AUDIENCE),
      read: readers.oauthFromAnswer,
    },
    jwt: {
      matches: ({ header }) => ACCESS_TOKEN_TYPES.includes(header['typ']),
      policy: {
        types: ACCESS_TOKEN_TYPES,
        foreignType: WRONG_MACHINE_TYPE,
        categories: NO_CATEGORY,
        foreignCategory: INVALID,
        claims: [subject, texts, audience, issuer, ...DATES],
      },
      read: readers.oauthFromClaims,
    },
    fields: {
      userId: (token) => token.subject,
      clientId: (token) => token.clientId,
      // An entry of a shared store may be of a version that did not read it.
      orgId: (token) => token.orgId ?? null,
    },
  },
};

export const ALL_TOKEN_TYPES: readonly TokenType[] = Object.freeze(Object.keys(TOKEN_KINDS) as TokenType[]);

export const MACHINE_TOKEN_TYPES: readonly MachineTokenType[] = Object.freeze(
  ALL_TOKEN_TYPES.filter((kind) => kind !== 'session_token'),
);
