/** What a guard proves about its caller, as types. Types only. */
import type { HasParams } from './auth.js';
import type { AnyOf, AllOf, GuardRequirement, SimpleRequirement } from './requirements.js';
import type { AcceptsToken, Auth, AuthenticatedAs, MachineTokenType, TokenType } from './token-kinds.js';

type AcceptedKinds<A> = A extends 'any' ? TokenType : A extends readonly (infer K)[] ? K : A;

/** The rule of {@link SimpleRequirement}: sessions, but the machine kinds if `scope` alone is asked for. */
type KindsOfSimple<R> = R extends { readonly token: infer A extends AcceptsToken }
  ? AcceptedKinds<A>
  : 'token' extends keyof R
    ? TokenType
    : 'scope' extends keyof R
      ? Extract<keyof R, Exclude<keyof HasParams, 'scope'>> extends never
        ? MachineTokenType
        : 'session_token'
      : 'session_token';

type KindsOfAll<L> = L extends readonly [infer First, ...infer Rest]
  ? KindsOf<First> & KindsOfAll<Rest>
  : L extends readonly []
    ? TokenType
    : TokenType;

type KindsOf<R> = R extends { readonly anyOf: readonly (infer M)[] }
  ? M extends unknown
    ? KindsOf<M>
    : never
  : R extends { readonly allOf: infer L }
    ? KindsOfAll<L>
    : KindsOfSimple<R>;

/** The callers that pass `requireAuth(requirement)`: narrow where the requirement is written out, else any caller. */
export type CallerOf<R> = AnyOf extends R ? AnyCaller : AuthenticatedAs<Extract<KindsOf<R>, TokenType>>;
type AnyCaller = AuthenticatedAs<TokenType>;

/** Allows the keys of a requirement alone, so that a misspelt one does not compile even where the type is inferred. */
export type Exactly<R> = {
  readonly [K in Exclude<keyof R, keyof SimpleRequirement | keyof AnyOf | keyof AllOf | keyof GuardRequirement>]: never;
};

type KeyOfUnion<U> = U extends unknown ? keyof U : never;
type Filled<U, K extends PropertyKey> = U extends unknown
  ? U & { readonly [P in Exclude<K, keyof U>]?: undefined }
  : never;

/**
 * {@link Auth} as it stands on a request: fields of other kinds read as `undefined`, so that `req.auth.userId` compiles
 * without asking for the kind first.
 */
export type RequestAuth = Filled<Auth, KeyOfUnion<Auth>>;
