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

/** A list that is not written out may hold itself. */
type KindsOfAny<M> = AnyOf extends M ? TokenType : M extends unknown ? KindsOf<M> : never;

type KindsOf<R> = R extends { readonly anyOf: readonly (infer M)[] }
  ? KindsOfAny<M>
  : R extends { readonly allOf: infer L }
    ? KindsOfAll<L>
    : KindsOfSimple<R>;

/** The callers that pass `requireAuth(requirement)`: narrow where the requirement is written out, else any caller. */
export type CallerOf<R> = AnyOf extends R ? AnyCaller : AuthenticatedAs<Extract<KindsOf<R>, TokenType>>;
type AnyCaller = AuthenticatedAs<TokenType>;

type RequirementKey = keyof SimpleRequirement | keyof AnyOf | keyof AllOf | keyof GuardRequirement;
/** Allows the keys of a requirement alone, so that a misspelt one does not compile even where the type is inferred. */
export type Exactly<R> = { readonly [K in Exclude<keyof R, RequirementKey>]: never };

/**
 * A requirement that is written out: its own keys alone, and a `check` whose `auth` is narrowed by the others.
 *
 * TypeScript knows the type of a whole object no sooner than its functions are typed, so `token` and `scope` are inferred by themselves.
 *
 * @typeParam T its `token`, if it has one
 * @typeParam S its `scope`, if it has one
 */
export type Asking<R, T, S, Request> = R & Exactly<R> & Checked<T, S, Request>;
interface Checked<T, S, Request> {
  readonly token?: T;
  readonly scope?: S;
  readonly check?: (auth: CallerOf<LeafOf<T, S>>, request: Request) => boolean | Promise<boolean>;
}
type LeafOf<T, S> = unknown extends T ? (unknown extends S ? { token: 'session_token' } : { scope: S }) : { token: T };

type KeyOfUnion<U> = U extends unknown ? keyof U : never;
type Filled<U, K extends PropertyKey> = U extends unknown
  ? U & { readonly [P in Exclude<K, keyof U>]?: undefined }
  : never;

/**
 * {@link Auth} as it stands on a request: fields of other kinds read as `undefined`, so that `req.auth.userId` compiles
 * without asking for the kind first.
 */
export type RequestAuth = Filled<Auth, KeyOfUnion<Auth>>;
