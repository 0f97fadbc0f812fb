import type { Context } from 'hono';
import type { AuthenticatorSource, MiddlewareSettings } from '../../core/index.js';
import type { MaybePromise } from '../../ports.js';
import type { AuthenticatorOptions, Denial } from '../../types.js';

/** Answers instead of a guard. Without a response the default answer is sent; the route behind stays out of reach. */
export type OnDenied = (denial: Denial, c: Context) => MaybePromise<Response | null | undefined | void>;

export type ClerkMiddlewareSettings = MiddlewareSettings<Context, OnDenied>;
export type ClerkMiddlewareOptions = AuthenticatorOptions & ClerkMiddlewareSettings;
export type ClerkMiddlewareSource = AuthenticatorSource<Context>;
