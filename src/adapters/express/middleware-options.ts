import type { Request, Response } from 'express';
import type { AuthenticatorSource, MiddlewareSettings } from '../../core/index.js';
import type { AuthenticatorOptions, Denial } from '../../types.js';
import type { Next } from './handler.js';

/**
 * Answers instead of a guard. `next(error)` hands over to the application's error handler; `next()` asks for the default
 * answer. The route behind the guard is out of reach either way.
 */
export type OnDenied = (denial: Denial, req: Request, res: Response, next: Next) => unknown;

export type ClerkMiddlewareSettings = MiddlewareSettings<Request, OnDenied>;
export type ClerkMiddlewareOptions = AuthenticatorOptions & ClerkMiddlewareSettings;
export type ClerkMiddlewareSource = AuthenticatorSource<Request>;
